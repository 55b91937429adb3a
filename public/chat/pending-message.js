import { html } from '../preact.js'
import { useServices } from '../services.js'
import { useLinkState } from '../use-link-state.js'

/**
 * A message of the user that is on its way, as it will stand in the conversation.
 *
 * @param {{ content: string }} props
 */
export function PendingMessage({ content }) {
  const { t, link } = useServices()
  const state = useLinkState(link)
  return html`
    <article class="own" data-pending aria-labelledby="own-pending">
      <h2 id="own-pending">${t('chat.you')} <small>${t(state === 'unsent' ? 'form.unsent' : 'form.submitting')}</small></h2>
      <p class="text">${content}</p>
    </article>
  `
}
