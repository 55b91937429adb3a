import { LoadFault } from '../load-fault.js'
import { html, useEffect, useRef } from '../preact.js'
import { useServices } from '../services.js'
import { useList } from '../use-list.js'
import { Entry } from './entry.js'

/**
 * The results, last changed first. Their number is announced once the user has searched.
 *
 * @param {{ wanted: import('./api.js').Wanted, asked: boolean }} props
 */
export function Results({ wanted, asked }) {
  const { t, api, changes, announce } = useServices()
  const heading = useRef(/** @type {HTMLHeadingElement | null} */ (null))
  const { items, fault, load, more, refresh, drop } = useList(cursor => api.library.list(wanted, cursor))
  const count = items?.length
  useEffect(() => {
    if (asked && count !== undefined) announce(t(more ? 'library.say.more' : 'library.say.found', { count }))
  }, [count, more])
  const shown = useRef(items)
  shown.current = items
  useEffect(
    () =>
      // The shown status of what is being written has changed.
      changes.listen(change => {
        const known = shown.current?.find(({ id }) => id === change?.id)
        if (!change || (known && known.status !== change.status && known.status !== 'confirmed'))
          refresh().catch(() => {})
      }),
    [],
  )
  /** @param {import('./api.js').LibraryItem} item */
  const retry = async ({ id }) => {
    await api.retryTask(id)
    await refresh()
  }
  /** @param {import('./api.js').LibraryItem} item */
  const remove = async item => {
    await api.library.remove(item)
    announce(t('library.say.removed'))
    heading.current?.focus()
    drop(item.id)
  }
  const everything = Object.values(wanted).every(value => value === '')
  return html`
    <section aria-labelledby="library-results">
      <h2 ref=${heading} id="library-results" class="visually-hidden" tabindex="-1">${t('library.results')}</h2>
      ${!items && fault === undefined && html`<p class="quiet" aria-busy="true">${t('list.loading')}</p>`}
      ${count === 0 && !more && html`<p class="quiet">${t(everything ? 'library.empty' : 'library.none')}</p>`}
      <ul class="plain">
        ${items?.map(item => html`<li key=${item.id}><${Entry} item=${item} onRetry=${retry} onRemove=${remove} /></li>`)}
      </ul>
      ${more && wanted.q !== '' && html`<p class="quiet">${t('library.partly')}</p>`}
      ${fault !== undefined && html`<${LoadFault} words=${t('library.failed')} fault=${fault} onAgain=${load} />`}
      ${more && fault === undefined && html`<button type="button" onClick=${load}>${t(wanted.q === '' ? 'list.more' : 'library.on')}</button>`}
    </section>
  `
}
