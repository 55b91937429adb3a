import { kept } from '../../storage.js'
import { usualLevel } from '../limits.js'

/**
 * @typedef {{ schoolLevel: string, schoolYear: string, category: string, subject: string, label: string, observations: string, keywords: string, tone: string,
 *   targetBytes: string, versions: string }} FormValues
 */

/** @type {FormValues} */
export const emptyForm = {
  schoolLevel: usualLevel,
  schoolYear: '',
  category: 'subject',
  subject: '',
  label: '',
  observations: '',
  keywords: '',
  tone: '',
  targetBytes: '',
  versions: '3',
}

/** The form as it was left: neither a reload nor an error loses what was typed. */
export const savedForm = () => kept('sessionStorage', 'form', /** @type {Partial<FormValues>} */ ({}))

/**
 * What a form holds besides what it began with.
 *
 * @param {Readonly<Record<string, string>>} typed
 * @param {number} presentYear which the form is drawn with
 * @returns {Partial<FormValues>}
 */
export function changed(typed, presentYear) {
  const drawn = { ...emptyForm, schoolYear: String(presentYear) }
  return Object.fromEntries(
    Object.entries(typed).filter(([name, value]) => value !== drawn[/** @type {keyof FormValues} */ (name)]),
  )
}

/**
 * @param {FormValues} values
 * @returns {import('../api.js').RecordRequest}
 */
export function toRequest(values) {
  const keywords = values.keywords
    .split(/[,，、\n]/)
    .map(keyword => keyword.trim())
    .filter(Boolean)
  return {
    category: values.category,
    schoolLevel: values.schoolLevel,
    ...(values.schoolYear ? { schoolYear: Number(values.schoolYear) } : {}),
    observations: values.observations.trim(),
    versions: Number(values.versions),
    ...((values.category === 'subject' || values.category === 'club') && values.subject.trim()
      ? { subject: values.subject.trim() }
      : {}),
    ...(values.label.trim() ? { label: values.label.trim() } : {}),
    ...(keywords.length > 0 ? { keywords } : {}),
    ...(values.tone ? { tone: values.tone } : {}),
    ...(values.targetBytes ? { targetBytes: Number(values.targetBytes) } : {}),
  }
}

/** What stays for the next student: the category, the subject and the settings. @param {FormValues} values */
export const forTheNext = values => ({ ...values, label: '', observations: '', keywords: '' })

/** @param {import('../api.js').RecordRequest} request @returns {FormValues} */
export function fromRequest({ schoolLevel, schoolYear, category, subject, ...rest }) {
  const { label, observations, keywords, tone, targetBytes, versions } = rest
  return {
    schoolLevel: schoolLevel ?? usualLevel,
    schoolYear: schoolYear === undefined ? '' : String(schoolYear),
    category,
    subject: subject ?? '',
    label: label ?? '',
    observations,
    keywords: keywords?.join(', ') ?? '',
    tone: tone ?? '',
    targetBytes: targetBytes === undefined ? '' : String(targetBytes),
    versions: String(versions ?? emptyForm.versions),
  }
}

/** The field a problem's JSON pointer names: `/keywords/3` is `keywords`. @param {string | undefined} pointer */
export function fieldOf(pointer) {
  const name = pointer?.split('/')[1] ?? ''
  return name in emptyForm ? /** @type {keyof FormValues} */ (name) : undefined
}
