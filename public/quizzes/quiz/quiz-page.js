import { html, useEffect } from '../../preact.js'
import { useServices } from '../../services.js'
import { DamagedNotice } from '../../task/damaged.js'
import { NotThere } from '../../task/not-there.js'
import { TaskNotices } from '../../task/task-notices.js'
import { useAnnouncements } from '../../task/use-announcements.js'
import { useTask } from '../../task/use-task.js'
import { useAction } from '../../use-action.js'
import { useArrival } from '../../use-arrival.js'
import { Removal } from '../removal.js'
import { BeingMade } from './being-made.js'
import { End } from './end.js'
import { Head } from './head.js'
import { Questions } from './questions.js'
import { forgetAnswers } from './use-answers.js'

/**
 * One quiz: being made, to be taken, or taken.
 *
 * @param {{ taskId: string, arrived: boolean }} props
 */
export function QuizPage({ taskId, arrived }) {
  const { t, api, announce } = useServices()
  const task = useTask(taskId, api.quizzes.one)
  const { view, result: quiz } = task
  const { fault, attempt } = useAction()
  const heading = useArrival(arrived && view.status !== undefined)
  const topic = quiz?.topic || t('quizzes.untitled')

  useAnnouncements(taskId, task, { ended: status => t(`quizzes.say.${status}`, { topic }) })
  const state = view.ended ? (view.status === 'failed' ? 'entry.state.failed' : undefined) : 'quizzes.state.making'
  useEffect(() => {
    document.title = `${state ? `${t(state)} ` : ''}${topic} – Conch`
  })

  if (task.fault !== undefined && view.status === undefined)
    return html`<${NotThere} fault=${task.fault} gone=${t('quizzes.gone')} backUrl="#quizzes" back=${t('quizzes.toAll')} />`
  if (view.status === undefined) return html`<p class="quiet" aria-busy="true">${t('task.loading')}</p>`

  const remove = async () => {
    await api.quizzes.remove(taskId)
    forgetAnswers(taskId)
    announce(t('quizzes.say.removed'))
    location.hash = '#quizzes'
  }
  return html`
    <div class="task quiz">
      <${Head} heading=${heading} topic=${topic} head=${quiz} task=${task} onStop=${() => attempt(task.stop())} />
      ${!view.ended && html`<${BeingMade} view=${view} total=${quiz?.questionCount ?? undefined} />`}
      <${TaskNotices} task=${task} actionFault=${fault}
        end=${view.ended && html`<${End} view=${view} quiz=${quiz} onRetry=${() => attempt(task.retry(0))} />`} />
      ${(view.damaged || quiz?.damaged) && view.ended && html`<${DamagedNotice} />`}
      <${Questions} key=${view.attempt} taskId=${taskId} task=${task} />
      ${view.ended && html`<${Removal} topic=${topic} onRemove=${remove} />`}
    </div>
  `
}
