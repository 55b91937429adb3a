import { useEffect, useState } from './preact.js'

/**
 * Where the page is, kept in the URL's hash so that a reload and a link come back to it.
 *
 * @typedef {{ page: 'write' } | { page: 'task', taskId: string } | { page: 'history' }} Route
 * @typedef {Route & { arrived: boolean }} Place `arrived`: by a link, without loading the page
 */

/**
 * @param {string} hash
 * @returns {Route}
 */
export function parseRoute(hash) {
  const task = /^#task=([\w-]+)$/.exec(hash)
  if (task?.[1]) return { page: 'task', taskId: task[1] }
  return hash === '#history' ? { page: 'history' } : { page: 'write' }
}

/** @param {string} taskId */
export function taskUrl(taskId) {
  return `#task=${taskId}`
}

/** @returns {Place} */
export function useRoute() {
  const [route, setRoute] = useState(() => ({ ...parseRoute(location.hash), arrived: false }))
  useEffect(() => {
    const follow = () => setRoute({ ...parseRoute(location.hash), arrived: true })
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return route
}
