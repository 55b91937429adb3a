import { useEffect, useState } from './preact.js'
import { parseRoute } from './route.js'

/** @returns {import('./route.js').Place} */
export function useRoute() {
  const [route, setRoute] = useState(() => ({ ...parseRoute(location.hash), arrived: false }))
  useEffect(() => {
    const follow = () => setRoute({ ...parseRoute(location.hash), arrived: true })
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return route
}
