import { useEffect, useState } from '../../preact.js'
import { useServices } from '../../services.js'

const pauseMs = 400

/**
 * The server's count of a text being typed, and what to look at in it, loaded when typing pauses.
 *
 * `result` is for exactly this text, or missing while it is being checked; `findings` are the last ones known, so that
 * their list does not come and go with every key.
 *
 * @param {import('../api.js').RecordView | undefined} record whose text it is to be
 * @param {string} text
 */
export function useCheck(record, text) {
  const { api } = useServices()
  const [checked, setChecked] = useState(
    /** @type {{ text: string, result?: import('../api.js').Check } | undefined} */ (undefined),
  )
  const [findings, setFindings] = useState(/** @type {import('../api.js').Finding[]} */ ([]))
  const observations = record?.request?.observations
  useEffect(() => {
    if (!text.trim() || !record?.category) return setFindings([])
    const current = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const result = await api.records.check(checkRequest(record, text), current.signal)
        setChecked({ text, result })
        setFindings(result.findings)
      } catch {
        if (!current.signal.aborted) setChecked({ text })
      }
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      current.abort()
    }
  }, [text, record?.id, observations])
  const current = checked?.text === text ? checked : undefined
  return { result: current?.result, failed: current !== undefined && !current.result, findings }
}

/**
 * A record that says no year has the rules of before, of which 2025 was the last.
 *
 * @param {import('../api.js').RecordView} record
 * @param {string} text
 */
function checkRequest({ category, schoolLevel, schoolYear, targetBytes, request }, text) {
  return {
    category: category ?? '',
    schoolLevel,
    schoolYear: schoolYear ?? 2025,
    text,
    ...(targetBytes ? { targetBytes } : {}),
    ...(request ? { observations: request.observations, keywords: request.keywords ?? [] } : {}),
  }
}
