import { useEffect, useRef } from './preact.js'

/**
 * For the main heading of a view: it gets the focus when the user followed a link, as on a page that loads.
 *
 * @param {boolean} arrived once the heading is there
 */
export function useArrival(arrived) {
  const heading = useRef(/** @type {HTMLHeadingElement | null} */ (null))
  useEffect(() => {
    if (arrived) heading.current?.focus()
  }, [arrived])
  return heading
}
