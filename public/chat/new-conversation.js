import { html, useEffect } from '../preact.js'
import { useServices } from '../services.js'
import { Composer } from './composer.js'

/**
 * Where a conversation begins: with its first message.
 *
 * @param {{ onBegun: (conversationId: string) => void }} props
 */
export function NewConversation({ onBegun }) {
  const { t } = useServices()
  useEffect(() => {
    document.title = `${t('chat.title')} – Conch`
  }, [])
  return html`
    <section class="conversation chat-new" aria-labelledby="new-title">
      <div class="chat-welcome">
        <h2 id="new-title">${t('chat.welcome')}</h2>
        <p class="lead">${t('chat.welcome.lead')}</p>
      </div>
      <div class="chat-foot">
        <${Composer} focused=${false}
          onAccepted=${(/** @type {import('./use-sending.js').Accepted} */ { conversationId }) => onBegun(conversationId)} />
      </div>
    </section>
  `
}
