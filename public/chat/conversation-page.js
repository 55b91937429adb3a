import { Refused } from '../api.js'
import { LoadFault } from '../load-fault.js'
import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'
import { DamagedNotice } from '../task/damaged.js'
import { NotThere } from '../task/not-there.js'
import { Composer } from './composer.js'
import { ConversationHead } from './conversation-head.js'
import { MessageLog } from './message-log.js'
import { PendingMessage } from './pending-message.js'
import { SummaryPanel } from './summary.js'
import { isUnfinished } from './turns.js'
import { useAtBottom } from './use-at-bottom.js'
import { useConversation } from './use-conversation.js'

/**
 * @typedef {object} ConversationPageProps
 * @property {string} conversationId
 * @property {boolean} arrived
 * @property {import('./use-sending.js').Accepted} [begun] its first message, if it began here and just now: its user goes on writing
 * @property {() => void} onUsed a message or a reply came
 * @property {() => void} onRemoved
 */

/**
 * One conversation.
 *
 * @param {ConversationPageProps} props
 */
export function ConversationPage(props) {
  const { t } = useServices()
  const state = useConversation(props.conversationId, props.begun)
  const { conversation, fault, load } = state
  if (fault instanceof Refused && fault.status === 404)
    return html`<${NotThere} fault=${fault} gone=${t('chat.gone')} backUrl="#chat" back=${t('chat.toAll')} />`
  // Once it is there, a failed refresh is repeated later.
  if (conversation) return html`<${Conversation} ...${props} state=${state} conversation=${conversation} />`
  if (fault !== undefined) return html`<${LoadFault} words=${t('chat.failed')} fault=${fault} onAgain=${load} />`
  return html`<p class="quiet" aria-busy="true">${t('task.loading')}</p>`
}

/**
 * @param {ConversationPageProps & { state: ReturnType<typeof useConversation>,
 *   conversation: import('./turns.js').Conversation }} props
 */
function Conversation({ conversation, state, arrived, begun, onUsed, onRemoved }) {
  const { t, api, announce } = useServices()
  const { id, turns } = conversation
  const title = conversation.title ?? t('chat.untitled')
  const running = turns.find(isUnfinished)?.taskId
  useEffect(() => {
    document.title = `${running ? `${t('title.running')} ` : ''}${title} – Conch`
  })
  const { ref, atBottom, toBottom, leaveBottom } = useAtBottom()
  const [pending, setPending] = useState(/** @type {string | undefined} */ (undefined))

  /** @param {import('./use-sending.js').Accepted} message */
  const accepted = message => {
    state.addMessage(message)
    toBottom()
    onUsed()
    document.getElementById('message')?.focus({ preventScroll: true })
  }
  /** @param {string} taskId @param {import('./turns.js').Reply} reply */
  const replied = (taskId, reply) => {
    state.setReply(taskId, reply)
    onUsed()
  }
  const loadEarlier = () => {
    leaveBottom()
    return state.loadEarlier()
  }
  const remove = async () => {
    await api.chat.remove(id)
    announce(t('chat.say.removed'))
    onRemoved()
    location.hash = '#chat'
  }
  return html`
    <div class="conversation" ref=${ref}>
      <${ConversationHead} title=${title} arrived=${arrived && !begun} onRemove=${remove} />
      ${conversation.damaged && html`<${DamagedNotice} />`}
      <${SummaryPanel} conversation=${conversation} />
      <${MessageLog} conversation=${conversation} onEarlier=${loadEarlier} onStale=${state.load} onAccepted=${accepted}
        onReply=${replied} />
      ${pending !== undefined && html`<div class="messages" key="pending"><div class="turn"><${PendingMessage} content=${pending} /></div></div>`}
      <div class="chat-foot" key="foot">
        ${
          !atBottom &&
          html`<button type="button" class="to-newest" onClick=${() => {
            toBottom()
            document.getElementById('message')?.focus({ preventScroll: true })
          }}>${t('chat.toNewest')}</button>`
        }
        <${Composer} conversationId=${id} running=${running} focused=${begun !== undefined} onPending=${setPending} onAccepted=${accepted} onStale=${state.load} />
      </div>
    </div>
  `
}
