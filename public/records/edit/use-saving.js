import { Refused } from '../../api.js'
import { explainError } from '../../explain-error.js'
import { useState } from '../../preact.js'
import { useServices } from '../../services.js'

/**
 * Saves a text as the one the teacher answers for: only with the confirmation, and over the limit only at the second request.
 *
 * @param {string} taskId
 * @param {number} output
 * @param {(record: import('../api.js').RecordView) => void} onSaved
 */
export function useSaving(taskId, output, onSaved) {
  const { t, api, announce } = useServices()
  const [confirmed, setConfirmed] = useState(false)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState('')
  const [overBy, setOverBy] = useState(0)

  /** @param {string} words */
  const refuse = words => {
    setFault(words)
    announce(words)
  }
  /** @param {string} text @param {boolean} allowOverLimit */
  const save = async (text, allowOverLimit) => {
    if (busy) return
    if (!text.trim()) return refuse(t('records.edit.empty'))
    if (!confirmed) {
      document.getElementById('editor-confirm')?.focus()
      return refuse(t('records.edit.confirm.missing'))
    }
    setBusy(true)
    setFault('')
    try {
      onSaved(
        await api.records.save(taskId, { output, text, confirmed: true, ...(allowOverLimit && { allowOverLimit }) }),
      )
    } catch (error) {
      setBusy(false)
      if (error instanceof Refused && error.code === 'over-limit') {
        setOverBy(error.overBy)
        return announce(t('records.edit.over', { bytes: error.overBy }))
      }
      refuse(`${t('records.edit.failed')} ${explainError(error, t)} ${t('records.edit.kept')}`)
    }
  }
  return {
    confirmed,
    busy,
    fault,
    overBy,
    save,
    /** @param {boolean} yes */
    confirm: yes => {
      setConfirmed(yes)
      setFault('')
    },
    /** The text has changed: messages about the last one no longer hold. */
    reconsider: () => {
      setOverBy(0)
      setFault('')
    },
  }
}
