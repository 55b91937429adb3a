import { html } from '../preact.js'
import { useServices } from '../services.js'
import { useAction } from '../use-action.js'
import { OwnMessage } from './own-message.js'
import { Reply } from './reply.js'
import { isUnfinished } from './turns.js'
import { useKeptPlace } from './use-kept-place.js'

/**
 * The messages, oldest first. Earlier ones are loaded on request, and the text in view stays where it is.
 *
 * @param {{ conversation: import('./turns.js').Conversation,
 *   onEarlier: () => Promise<void>, onStale: () => Promise<void>,
 *   onAccepted: (message: import('./use-sending.js').Accepted) => void,
 *   onReply: (taskId: string, reply: import('./turns.js').Reply) => void }} props
 */
export function MessageLog({ conversation, onEarlier, onStale, onAccepted, onReply }) {
  const { t } = useServices()
  const { fault, attempt } = useAction()
  const { id, turns, earlier } = conversation
  const { ref, keepPlace, forgetPlace } = useKeptPlace(turns[0]?.taskId)
  const live = turns.find(isUnfinished)?.taskId
  const loadEarlier = async () => {
    keepPlace()
    if (!(await attempt(onEarlier()))) forgetPlace()
  }
  return html`
    <div role="log" aria-live="off" aria-label=${t('chat.log')} class="messages">
      ${earlier !== null && html`<button type="button" onClick=${loadEarlier}>${t('chat.earlier')}</button>`}
      ${fault && html`<p class="error">${t('action.failed')} ${fault}</p>`}
      <ol class="plain" role="list" ref=${ref} tabindex="-1">
        ${turns.map(
          (turn, index) => html`<li key=${turn.taskId} class="turn">
            <${OwnMessage} conversationId=${id} turn=${turn} after=${turns.length - index - 1}
              onAccepted=${onAccepted} onStale=${onStale} />
            <${Reply} turn=${turn} live=${turn.taskId === live} last=${index === turns.length - 1} onStale=${onStale}
              onReply=${(/** @type {import('./turns.js').Reply} */ reply) => onReply(turn.taskId, reply)} />
          </li>`,
        )}
      </ol>
    </div>
  `
}
