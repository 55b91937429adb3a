import { Refused, Unreachable } from './api.js'

/**
 * What went wrong, and what to do, in words for the user.
 *
 * @param {unknown} error what a call of the API threw
 * @param {import('./i18n.js').I18n['t']} t
 * @returns {string}
 */
export function explainError(error, t) {
  if (error instanceof Unreachable) return t('error.unreachable')
  if (!(error instanceof Refused)) return t('error.page')
  if (error.status === 503 || error.status === 429) {
    return error.retryAfterSeconds === undefined
      ? t('error.busy')
      : t('error.busyUntil', { seconds: error.retryAfterSeconds })
  }
  if (error.code === 'over-limit') return t('error.overLimit', { bytes: error.overBy })
  if (error.status === 404) return t('error.gone')
  if (error.code === 'quiz-taken') return t('quizzes.taken')
  if (error.code === 'task-busy') return t('error.moment')
  if (error.code === 'input-damaged') return t('error.inputDamaged')
  if (error.code === 'version-damaged' || error.code === 'quiz-damaged') return t('error.damaged')
  if (error.status === 409) return t('error.conflict')
  if (error.status === 413) return t('error.tooLarge')
  if (error.status >= 500) return t('error.server')
  return t('error.refused', { detail: error.message })
}
