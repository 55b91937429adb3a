import { useEffect, useState } from './preact.js'

/**
 * A value that the page loads once: there, on its way (neither `value` nor `fault`), or failed, until `load` is
 * called again.
 *
 * @template Value
 * @param {() => Promise<Value>} ask
 */
export function useLoaded(ask) {
  const [value, setValue] = useState(/** @type {Value | undefined} */ (undefined))
  const [fault, setFault] = useState(/** @type {unknown} */ (undefined))
  const load = async () => {
    setFault(undefined)
    try {
      setValue(await ask())
    } catch (error) {
      setFault(error)
    }
  }
  useEffect(() => void load(), [])
  return { value, fault, load }
}
