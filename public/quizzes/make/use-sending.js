import { Refused } from '../../api.js'
import { explainError } from '../../explain-error.js'
import { useEffect, useState } from '../../preact.js'
import { useServices } from '../../services.js'
import { longest, toRequest } from './form-values.js'

/** @typedef {{ topic?: string, material?: string }} FieldErrors */

/**
 * Sends the form and tells which task it started; what is wrong is shown at its field, which gets the focus.
 *
 * @param {{ current: HTMLFormElement | null }} form
 * @param {(taskId: string) => void} onCreated
 */
export function useSending(form, onCreated) {
  const { t, api, announce } = useServices()
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

  /** @param {import('./form-values.js').FormValues} values */
  const send = async values => {
    if (sending) return
    setFailure(undefined)
    const request = toRequest(values)
    const found = faultsOf(request, t)
    if (Object.keys(found).length > 0) return refuse(found)
    setErrors({})
    setSending(true)
    try {
      const { taskId } = await api.quizzes.create(request)
      announce(t('quizzes.say.created'))
      onCreated(taskId)
    } catch (error) {
      const named = error instanceof Refused ? fieldErrors(error, t) : {}
      if (Object.keys(named).length > 0) return refuse(named)
      setFailure(explainError(error, t))
      announce(`${t('form.failed')} ${explainError(error, t)}`)
    } finally {
      setSending(false)
    }
  }
  return { send, sending, errors, failure }
}

/**
 * What the server would refuse, said sooner and in words.
 *
 * @param {import('../api.js').QuizRequest} request
 * @param {import('../../i18n.js').I18n['t']} t
 * @returns {FieldErrors}
 */
function faultsOf({ topic, material = '' }, t) {
  return {
    ...(topic ? {} : { topic: t('quizzes.form.invalid.topic') }),
    ...(Array.from(topic).length > longest.topic
      ? { topic: t('quizzes.form.invalid.long', { max: longest.topic }) }
      : {}),
    ...(Array.from(material).length > longest.material
      ? { material: t('quizzes.form.invalid.long', { max: longest.material }) }
      : {}),
  }
}

/**
 * What the server refused, at the fields it names.
 *
 * @param {Refused} error
 * @param {import('../../i18n.js').I18n['t']} t
 * @returns {FieldErrors}
 */
function fieldErrors(error, t) {
  /** @type {FieldErrors} */
  const found = {}
  for (const { pointer, detail } of error.errors) {
    if (pointer === '/topic') found.topic = t('form.invalid.field', { detail })
    if (pointer === '/material') found.material = t('form.invalid.field', { detail })
  }
  return found
}
