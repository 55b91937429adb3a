import { LoadFault } from '../load-fault.js'
import { html, useRef } from '../preact.js'
import { useServices } from '../services.js'
import { useTaskList } from '../task/use-task-list.js'
import { byDay } from './by-day.js'
import { Entry } from './entry.js'

/** The diaries by day, newest first, with the state of their replies. */
export function History() {
  const { t, api, day, announce } = useServices()
  const { items, fault, load, more, lookAgain, drop } = useTaskList('review', api.reviews.list, api.reviews.one)
  const heading = useRef(/** @type {HTMLHeadingElement | null} */ (null))

  /** @param {string} id */
  const remove = async id => {
    await api.reviews.remove(id)
    announce(t('reviews.say.removed'))
    heading.current?.focus()
    drop(id)
  }
  /** @param {string} id */
  const retry = async id => {
    await api.retryTask(id)
    lookAgain(id)
  }
  return html`
    <section aria-labelledby="past-title">
      <h2 ref=${heading} id="past-title" tabindex="-1">${t('reviews.history.title')}</h2>
      ${!items && fault === undefined && html`<p class="quiet" aria-busy="true">${t('list.loading')}</p>`}
      ${items?.length === 0 && !more && html`<p class="quiet">${t('reviews.history.empty')}</p>`}
      ${byDay(items ?? []).map(
        ({ createdAt, items }) => html`
          <h3>${day(createdAt)}</h3>
          <ul class="plain">
            ${items.map(review => html`<li key=${review.id}><${Entry} review=${review} onRetry=${retry} onRemove=${remove} /></li>`)}
          </ul>`,
      )}
      ${fault !== undefined && html`<${LoadFault} words=${t('reviews.history.failed')} fault=${fault} onAgain=${load} />`}
      ${more && fault === undefined && html`<button type="button" onClick=${load}>${t('list.more')}</button>`}
    </section>
  `
}
