import { useEffect, useState } from './preact.js'
import { parseRoute } from './route.js'

/** @param {string} hash of the first place @returns {import('./route.js').Place} */
export function useRoute(hash) {
  const [route, setRoute] = useState(() => ({ ...parseRoute(hash), arrived: false }))
  useEffect(() => {
    const follow = () => setRoute({ ...parseRoute(location.hash), arrived: true })
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return route
}
