import { Refused } from '../../api.js'
import { explainError } from '../../explain-error.js'
import { useState } from '../../preact.js'
import { useServices } from '../../services.js'

/** @typedef {import('../api.js').Finding} Finding */
/** @typedef {{ despite?: string, allowOverLimit?: true }} Insistence */

/**
 * Saves a text as the one the teacher answers for: only with the confirmation; with what the guide forbids only with a reason, and over the
 * limit only at the second request.
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
  const [forbidden, setForbidden] = useState(/** @type {readonly Finding[]} */ ([]))
  /** What the teacher has insisted on so far, for this text. */
  const [insisted, setInsisted] = useState(/** @type {Insistence} */ ({}))

  /** @param {string} words */
  const refuse = words => {
    setFault(words)
    announce(words)
  }
  /** @param {unknown} error */
  const stop = error => {
    if (error instanceof Refused && error.code === 'forbidden-findings') {
      setForbidden(error.findings)
      return announce(t('records.edit.forbidden', { count: error.findings.length }))
    }
    if (error instanceof Refused && error.code === 'over-limit') {
      setForbidden([])
      setOverBy(error.overBy)
      return announce(t('records.edit.over', { bytes: error.overBy }))
    }
    refuse(`${t('records.edit.failed')} ${explainError(error, t)} ${t('records.edit.kept')}`)
  }
  /** @param {string} text @param {Insistence} [more] */
  const save = async (text, more = {}) => {
    if (busy) return
    if (!text.trim()) return refuse(t('records.edit.empty'))
    if (!confirmed) {
      document.getElementById('editor-confirm')?.focus()
      return refuse(t('records.edit.confirm.missing'))
    }
    const all = { ...insisted, ...more }
    setInsisted(all)
    setBusy(true)
    setFault('')
    try {
      onSaved(await api.records.save(taskId, { output, text, confirmed: true, ...all }))
    } catch (error) {
      setBusy(false)
      stop(error)
    }
  }
  return {
    confirmed,
    busy,
    fault,
    overBy,
    forbidden,
    save,
    /** @param {boolean} yes */
    confirm: yes => {
      setConfirmed(yes)
      setFault('')
    },
    /** The text has changed: messages about the last one no longer hold, nor does what was insisted on. */
    reconsider: () => {
      setOverBy(0)
      setForbidden([])
      setInsisted({})
      setFault('')
    },
  }
}
