import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'
import { Composer } from './composer.js'
import { PendingMessage } from './pending-message.js'

/**
 * Where a conversation begins: with its first message.
 *
 * @param {{ onBegun: (message: import('./use-sending.js').Accepted) => void }} props
 */
export function NewConversation({ onBegun }) {
  const { t } = useServices()
  const [pending, setPending] = useState(/** @type {string | undefined} */ (undefined))
  useEffect(() => {
    document.title = `${t('chat.title')} – Conch`
  }, [])
  return html`
    <section class="conversation chat-new" aria-labelledby="new-title">
      ${
        pending === undefined
          ? html`<div class="chat-welcome" key="welcome">
              <h2 id="new-title">${t('chat.welcome')}</h2>
              <p class="lead">${t('chat.welcome.lead')}</p>
            </div>`
          : html`
            <h2 id="new-title" class="visually-hidden">${t('chat.new')}</h2>
            <div class="messages" key="pending"><div class="turn"><${PendingMessage} content=${pending} /></div></div>`
      }
      <div class="chat-foot" key="foot">
        <${Composer} focused=${false} onPending=${setPending} onAccepted=${onBegun} />
      </div>
    </section>
  `
}
