import { LoadFault } from '../load-fault.js'
import { html, useEffect } from '../preact.js'
import { useServices } from '../services.js'
import { useList } from '../use-list.js'
import { Entry } from './entry.js'

/**
 * What was found, last changed first. How much it is, is said once somebody has asked for it.
 *
 * @param {{ wanted: import('./api.js').Wanted, asked: boolean }} props
 */
export function Results({ wanted, asked }) {
  const { t, api, announce } = useServices()
  const { items, fault, load, more } = useList(cursor => api.library.list(wanted, cursor))
  const count = items?.length
  useEffect(() => {
    if (asked && count !== undefined) announce(t(more ? 'library.say.more' : 'library.say.found', { count }))
  }, [count, more])
  const everything = Object.values(wanted).every(value => value === '')
  return html`
    <section aria-labelledby="library-results">
      <h2 id="library-results" class="visually-hidden">${t('library.results')}</h2>
      ${!items && fault === undefined && html`<p class="quiet" aria-busy="true">${t('list.loading')}</p>`}
      ${count === 0 && !more && html`<p class="quiet">${t(everything ? 'library.empty' : 'library.none')}</p>`}
      <ul class="plain">
        ${items?.map(item => html`<li key=${item.id}><${Entry} item=${item} /></li>`)}
      </ul>
      ${more && wanted.q !== '' && html`<p class="quiet">${t('library.partly')}</p>`}
      ${fault !== undefined && html`<${LoadFault} words=${t('library.failed')} fault=${fault} onAgain=${load} />`}
      ${more && fault === undefined && html`<button type="button" onClick=${load}>${t(wanted.q === '' ? 'list.more' : 'library.on')}</button>`}
    </section>
  `
}
