import { useEffect, useState } from '../preact.js'

const pollMs = 3000

/**
 * A value that the page polls from the server. When an answer fails to come, the last value stays beside
 * the `fault`.
 *
 * @template Value
 * @param {(signal: AbortSignal) => Promise<Value>} ask
 * @param {string} key a new key loads at once
 */
export function usePolled(ask, key) {
  const [value, setValue] = useState(/** @type {Value | undefined} */ (undefined))
  const [fault, setFault] = useState(/** @type {unknown} */ (undefined))
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    const leaving = new AbortController()
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let again
    const look = async () => {
      try {
        const answer = await ask(leaving.signal)
        if (leaving.signal.aborted) return
        setValue(answer)
        setFault(undefined)
      } catch (error) {
        if (leaving.signal.aborted) return
        setFault(error)
      }
      again = setTimeout(look, pollMs)
    }
    look()
    return () => {
      leaving.abort()
      clearTimeout(again)
    }
  }, [key, turn])
  return { value, fault, reload: () => setTurn(count => count + 1) }
}
