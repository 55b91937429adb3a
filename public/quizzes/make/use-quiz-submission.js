import { useSubmission } from '../../form/use-submission.js'
import { useServices } from '../../services.js'
import { longest, toRequest } from './form-values.js'

/** @typedef {{ topic?: string, material?: string }} FieldErrors */

/**
 * Sends the form of a quiz, which stays for the next one.
 *
 * @param {{ current: HTMLFormElement | null }} form
 * @param {(taskId: string, sent: import('./form-values.js').FormValues) => void} onCreated
 */
export function useQuizSubmission(form, onCreated) {
  const { t, api, announce } = useServices()
  return useSubmission({
    form,
    /** @param {import('./form-values.js').FormValues} values */
    check: values => faultsOf(toRequest(values), t),
    create: values => api.quizzes.create(toRequest(values)),
    onCreated(taskId, values) {
      announce(t('quizzes.say.created'))
      onCreated(taskId, values)
      return 'stays'
    },
    refusal({ pointer, detail }) {
      const name = pointer === '/topic' ? 'topic' : pointer === '/material' ? 'material' : undefined
      return name && { name, words: t('form.invalid.field', { detail }) }
    },
  })
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
