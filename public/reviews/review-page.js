import { html, useEffect } from '../preact.js'
import { useServices } from '../services.js'
import { DamagedNotice } from '../task/damaged.js'
import { NotThere } from '../task/not-there.js'
import { StageLine, titleOf } from '../task/stage-line.js'
import { TaskNotices } from '../task/task-notices.js'
import { useAnnouncements } from '../task/use-announcements.js'
import { useTask } from '../task/use-task.js'
import { useAction } from '../use-action.js'
import { useArrival } from '../use-arrival.js'
import { Diary } from './diary.js'
import { Reply } from './reply.js'

/**
 * One diary, and the reply to it as it comes.
 *
 * @param {{ taskId: string, arrived: boolean }} props
 */
export function ReviewPage({ taskId, arrived }) {
  const { t, api, announce, day, time } = useServices()
  const task = useTask(taskId, api.reviews.one)
  const { view, result: diary } = task
  const { fault, attempt } = useAction()
  const heading = useArrival(arrived && view.status !== undefined)

  useAnnouncements(taskId, task, {
    resumed: t('reviews.say.resumed'),
    ended: status => t(`reviews.say.${status}`),
  })
  useEffect(() => {
    document.title = `${t(titleOf(view))} ${t('nav.reviews')} – Conch`
  })

  if (task.fault !== undefined && view.status === undefined)
    return html`<${NotThere} fault=${task.fault} gone=${t('reviews.gone')} backUrl="#reviews" back=${t('reviews.toAll')} />`
  const [output] = view.outputs
  if (view.status === undefined || !output) return html`<p class="quiet" aria-busy="true">${t('task.loading')}</p>`

  const remove = async () => {
    await api.reviews.remove(taskId)
    announce(t('reviews.say.removed'))
    location.hash = '#reviews'
  }
  const createdAt = new Date(view.createdAt).toISOString()
  return html`
    <div class="task">
      <header class="task-head">
        <div>
          <h1 ref=${heading} tabindex="-1">${t('reviews.of', { day: day(createdAt) })}</h1>
          <p class="quiet">${time(createdAt)}</p>
        </div>
        <a class="button" href="#reviews">${t('reviews.toAll')}</a>
      </header>
      <div class="review" data-alone=${diary ? undefined : 'true'}>
        ${diary && html`<${Diary} diary=${diary} ended=${view.ended} />`}
        <${Reply} output=${output} ended=${view.ended} type=${diary?.type} stopping=${task.stopping}
          notices=${html`<${StageLine} view=${view} /><${TaskNotices} task=${task} actionFault=${fault} />
            ${(view.damaged || diary?.damaged) && view.ended && html`<${DamagedNotice} />`}`}
          onStop=${() => attempt(task.stop())} onRetry=${() => attempt(task.retry(0))}
          onRemove=${() => attempt(remove())} />
      </div>
    </div>
  `
}
