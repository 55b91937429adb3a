import { useEffect, useState } from './preact.js'

/** @param {import('./link.js').Link} link @returns {import('./link.js').LinkState} */
export function useLinkState(link) {
  const [state, setState] = useState(link.state)
  useEffect(() => {
    setState(link.state)
    return link.listen(() => setState(link.state))
  }, [])
  return state
}
