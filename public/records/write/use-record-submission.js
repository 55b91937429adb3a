import { useSubmission } from '../../form/use-submission.js'
import { taskUrl } from '../../route.js'
import { useServices } from '../../services.js'
import { chosenPart } from './chosen-part.js'
import { emptyForm, fieldOf, forTheNext, savedForm, toRequest } from './form-values.js'

/**
 * @typedef {import('./form-values.js').FormValues} FormValues
 * @typedef {Partial<Record<keyof FormValues, string>>} FieldErrors
 */

/** What the server takes (`RecordInput` in `src/kinds/records/record.ts`). */
const longest = { observations: 20_000, keywords: 20, keyword: 50, target: 9000 }
const smallestTarget = 100

/**
 * Sends the form of a record and goes to the task that it started.
 *
 * @param {import('../api.js').Limits} limits
 * @param {{ current: HTMLFormElement | null }} form
 */
export function useRecordSubmission(limits, form) {
  const { t, api, announce, started } = useServices()
  /** @param {FormValues} values */
  const limitOf = values => chosenPart(limits, values)?.bytes ?? longest.target
  return useSubmission({
    form,
    /** @param {FormValues} values */
    check: values => faultsOf(values, limitOf(values), t),
    create: values => api.records.create(toRequest(values)),
    onCreated(taskId, values, shown) {
      started.add(taskId)
      // Another student's notes must not be there the next time; unless they were typed meanwhile.
      const kept = { ...emptyForm, ...savedForm().read() }
      if (kept.observations === values.observations) savedForm().write(forTheNext(kept))
      announce(t('records.say.created', { count: toRequest(values).versions }))
      if (shown) location.hash = taskUrl(taskId)
      return 'leaves'
    },
    refusal({ pointer, detail }, values) {
      const name = fieldOf(pointer)
      if (!name) return undefined
      const target = { min: smallestTarget, max: limitOf(values) }
      return {
        name,
        words: name === 'targetBytes' ? t('records.form.invalid.target', target) : t('form.invalid.field', { detail }),
      }
    },
  })
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
