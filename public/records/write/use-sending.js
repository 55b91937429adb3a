import { Refused } from '../../api.js'
import { explainError } from '../../explain-error.js'
import { useEffect, useState } from '../../preact.js'
import { taskUrl } from '../../route.js'
import { useServices } from '../../services.js'
import { fieldOf, toRequest } from './form-values.js'

/**
 * @typedef {import('./form-values.js').FormValues} FormValues
 * @typedef {Partial<Record<keyof FormValues, string>>} FieldErrors
 */

/**
 * Sends the form and goes to the task it started; what is wrong is shown at its field, which gets the focus.
 *
 * @param {import('../api.js').Limits} limits
 * @param {{ current: HTMLFormElement | null }} form
 */
export function useSending(limits, form) {
  const { t, api, announce, started } = useServices()
  const [sending, setSending] = useState(false)
  const [errors, setErrors] = useState(/** @type {FieldErrors} */ ({}))
  const [failure, setFailure] = useState(/** @type {string | undefined} */ (undefined))

  useEffect(() => {
    const invalid = form.current?.querySelector('[aria-invalid]')
    if (invalid instanceof HTMLElement) invalid.focus()
  }, [errors])

  /** @param {FieldErrors} found */
  const refuse = found => {
    setErrors(found)
    announce(`${t('form.invalid')} ${Object.values(found).join(' ')}`)
  }

  /** @param {FormValues} values */
  const send = async values => {
    if (sending) return
    setFailure(undefined)
    const limit = limits.items.find(row => row.category === values.category)?.bytes ?? 0
    const found = faultsOf(values, limit, t)
    if (Object.keys(found).length > 0) return refuse(found)
    setErrors({})
    setSending(true)
    const request = toRequest(values)
    try {
      const { taskId } = await api.records.create(request)
      started.add(taskId)
      announce(t('records.say.created', { count: request.versions }))
      location.hash = taskUrl(taskId)
    } catch (error) {
      setSending(false)
      const named = error instanceof Refused ? fieldErrors(error, limit, t) : {}
      if (Object.keys(named).length > 0) return refuse(named)
      setFailure(explainError(error, t))
      announce(`${t('form.failed')} ${explainError(error, t)}`)
    }
  }
  return { send, sending, errors, failure }
}

/**
 * @param {FormValues} values
 * @param {number} limitBytes
 * @param {import('../../i18n.js').I18n['t']} t
 * @returns {FieldErrors}
 */
function faultsOf(values, limitBytes, t) {
  const { observations, keywords = [], targetBytes = smallestTarget } = toRequest(values)
  return {
    ...(observations ? {} : { observations: t('records.form.invalid.observations') }),
    ...(observations.length > longest.observations
      ? { observations: t('records.form.invalid.observations.long', { max: longest.observations }) }
      : {}),
    ...(keywords.length > longest.keywords || keywords.some(keyword => keyword.length > longest.keyword)
      ? { keywords: t('records.form.invalid.keywords', { max: longest.keyword, count: longest.keywords }) }
      : {}),
    ...(Number.isInteger(targetBytes) && targetBytes >= smallestTarget && targetBytes <= limitBytes
      ? {}
      : { targetBytes: t('records.form.invalid.target', { min: smallestTarget, max: limitBytes }) }),
  }
}

/** What the server takes (`RecordInput` in `src/kinds/records/record.ts`); it decides, this only says it sooner and in words. */
const longest = { observations: 20_000, keywords: 20, keyword: 50 }
const smallestTarget = 100

/**
 * What the server refused, at the fields it names.
 *
 * @param {Refused} error
 * @param {number} limitBytes
 * @param {import('../../i18n.js').I18n['t']} t
 * @returns {FieldErrors}
 */
function fieldErrors(error, limitBytes, t) {
  /** @type {FieldErrors} */
  const found = {}
  for (const { pointer, detail } of error.errors) {
    const field = fieldOf(pointer)
    if (!field) continue
    found[field] =
      field === 'targetBytes'
        ? t('records.form.invalid.target', { min: smallestTarget, max: limitBytes })
        : t('form.invalid.field', { detail })
  }
  return found
}
