import { LoadFault } from '../load-fault.js'
import { html } from '../preact.js'
import { chatUrl } from '../route.js'
import { useServices } from '../services.js'
import { useArrival } from '../use-arrival.js'

/**
 * The conversations, the one used last first. While one of them is open, they stand beside it.
 *
 * @param {{ list: Pick<ReturnType<typeof import('../use-list.js').useList<import('./api.js').Item>>, 'items' | 'fault' | 'load' | 'more'>,
 *   openId?: string, arrived: boolean }} props
 */
export function ConversationList({ list, openId, arrived }) {
  const { t } = useServices()
  const { items, fault, load, more } = list
  return html`
    <section class="chat-list" aria-labelledby="chat-list-title">
      ${
        openId === undefined
          ? html`<${Title} arrived=${arrived} />`
          : html`
            <h2 id="chat-list-title">${t('chat.list')}</h2>
            <a class="button" href="#chat">${t('chat.new')}</a>`
      }
      ${!items && fault === undefined && html`<p class="quiet" aria-busy="true">${t('list.loading')}</p>`}
      ${items?.length === 0 && html`<p class="quiet">${t('chat.list.empty')}</p>`}
      <ul class="plain">
        ${items?.map(item => html`<li key=${item.id}><${Entry} item=${item} open=${item.id === openId} /></li>`)}
      </ul>
      ${fault !== undefined && html`<${LoadFault} words=${t('chat.list.failed')} fault=${fault} onAgain=${load} />`}
      ${more && fault === undefined && html`<button type="button" onClick=${load}>${t('list.more')}</button>`}
    </section>
  `
}

/** @param {{ arrived: boolean }} props */
function Title({ arrived }) {
  const { t } = useServices()
  const heading = useArrival(arrived)
  return html`<h1 ref=${heading} id="chat-list-title" tabindex="-1">${t('chat.title')}</h1>`
}

/** @param {{ item: import('./api.js').Item, open: boolean }} props */
function Entry({ item, open }) {
  const { t, date } = useServices()
  return html`
    <a href=${chatUrl(item.id)} aria-current=${open ? 'page' : undefined}>
      <b>${item.title ?? t('chat.untitled')}</b>
      <small>
        ${item.running !== null && html`<span class="dot"></span>${t('output.running')} · `}${date(item.updatedAt)}
      </small>
    </a>
  `
}
