import { html, useState } from '../../preact.js'
import { Question } from '../../question.js'
import { useServices } from '../../services.js'
import { OutputFault } from '../../task/output-fault.js'
import { useKeptFocus } from '../../use-kept-focus.js'

/**
 * What the page says of a quiz that could not be made, or only in part: how much there is of it, why, what can be done.
 * Questions that the user has answered are not made again.
 *
 * @param {{ view: import('../../task/task-view.js').TaskView, quiz: import('../api.js').Quiz | undefined, onRetry: () => void }} props
 */
export function End({ view, quiz: made, onRetry }) {
  const quiz = made && made.questions.length > 0 ? made : undefined
  const { t } = useServices()
  const [asking, setAsking] = useState(false)
  const keeping = useKeptFocus(asking)
  const words = endWords(view, quiz, t)
  if (words === undefined) return null
  const [output] = view.outputs
  const isTaken = quiz !== undefined && quiz.attempts.length > 0
  const retry = () => {
    setAsking(false)
    onRetry()
  }
  return html`
    <div class="notice ${view.status === 'failed' ? 'bad' : ''}" ...${keeping}>
      <div class="words">
        <p><strong>${words}</strong> ${quiz && t(isTaken ? 'quizzes.end.taken' : 'quizzes.end.take')}</p>
        ${output && html`<${OutputFault} output=${output} />`}
      </div>
      ${!isTaken && !asking && html`<button type="button" onClick=${quiz ? () => setAsking(true) : retry}>${t('quizzes.remake')}</button>`}
      ${
        asking &&
        html`<${Question} words=${t('quizzes.remake.sure')} yes=${t('quizzes.remake.yes')} no=${t('quizzes.remake.no')}
          onYes=${retry} onNo=${() => setAsking(false)} />`
      }
    </div>
  `
}

/**
 * @param {import('../../task/task-view.js').TaskView} view
 * @param {import('../api.js').Quiz | undefined} quiz
 * @param {import('../../i18n.js').I18n['t']} t
 */
function endWords({ status }, quiz, t) {
  if (!quiz) return t(status === 'cancelled' ? 'quizzes.end.stopped.empty' : 'quizzes.end.failed')
  // Made again in vain: the earlier questions are still there.
  if (status === 'failed') return t('quizzes.end.kept')
  // The page has its own notice for damage.
  if (quiz.damaged || quiz.questionCount === null || quiz.questions.length === quiz.questionCount) return undefined
  const numbers = { count: quiz.questions.length, total: quiz.questionCount }
  return t(status === 'cancelled' ? 'quizzes.end.stopped' : 'quizzes.end.incomplete', numbers)
}
