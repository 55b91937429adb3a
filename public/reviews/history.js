import { LoadFault } from '../load-fault.js'
import { html, useRef } from '../preact.js'
import { useServices } from '../services.js'
import { useList } from '../use-list.js'
import { byDay } from './by-day.js'
import { forgetDiary } from './diaries.js'
import { Entry } from './entry.js'

/** The diaries that have a reply, by day, newest first. */
export function History() {
  const { t, api, day, announce } = useServices()
  const { items, fault, load, more, drop } = useList(api.reviews.list)
  const heading = useRef(/** @type {HTMLHeadingElement | null} */ (null))

  /** @param {string} id */
  const remove = async id => {
    await api.reviews.remove(id)
    forgetDiary(id)
    announce(t('reviews.say.removed'))
    heading.current?.focus()
    drop(id)
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
            ${items.map(review => html`<li key=${review.id}><${Entry} review=${review} onRemove=${remove} /></li>`)}
          </ul>`,
      )}
      ${fault !== undefined && html`<${LoadFault} words=${t('reviews.history.failed')} fault=${fault} onAgain=${load} />`}
      ${more && fault === undefined && html`<button type="button" onClick=${load}>${t('list.more')}</button>`}
    </section>
  `
}
