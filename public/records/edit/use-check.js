import { useEffect, useState } from '../../preact.js'
import { useServices } from '../../services.js'

const pauseMs = 400

/**
 * The server's count and flagged passages for a text being typed, loaded when typing pauses.
 *
 * `result` is for exactly this text, or missing while it is being checked; `marks` are the last ones known, so that
 * their list does not come and go with every key.
 *
 * @param {string} category
 * @param {string} text
 * @param {number | null} [targetBytes]
 */
export function useCheck(category, text, targetBytes) {
  const { api } = useServices()
  const [checked, setChecked] = useState(
    /** @type {{ text: string, result?: import('../api.js').Check } | undefined} */ (undefined),
  )
  const [marks, setMarks] = useState(/** @type {import('../api.js').Mark[]} */ ([]))
  useEffect(() => {
    if (!text.trim()) return setMarks([])
    const current = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const request = { category, text, ...(targetBytes ? { targetBytes } : {}) }
        const result = await api.records.check(request, current.signal)
        setChecked({ text, result })
        setMarks(result.marks)
      } catch {
        if (!current.signal.aborted) setChecked({ text })
      }
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      current.abort()
    }
  }, [text, category])
  const current = checked?.text === text ? checked : undefined
  return { result: current?.result, failed: current !== undefined && !current.result, marks }
}
