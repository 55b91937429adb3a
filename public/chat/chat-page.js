import { html, useEffect, useRef, useState } from '../preact.js'
import { chatUrl } from '../route.js'
import { useServices } from '../services.js'
import { useList } from '../use-list.js'
import { ConversationList } from './conversation-list.js'
import { ConversationPage } from './conversation-page.js'
import { NewConversation } from './new-conversation.js'
import { usePolling } from './use-polling.js'

/**
 * Conversations: the list, and beside it a new conversation or an open one. On a narrow screen the open one replaces the
 * list.
 *
 * @param {{ place: import('../route.js').Place<import('../route.js').ChatRoute> }} props
 */
export function ChatPage({ place: { conversationId, arrived } }) {
  const { api } = useServices()
  const list = useList(api.chat.list)
  // An older list is better than none.
  const refresh = () => list.refresh().catch(() => {})
  const elsewhere = list.items?.filter(item => item.running !== null && item.id !== conversationId) ?? []
  usePolling(refresh, elsewhere.length > 0, conversationId)

  const [begun, setBegun] = useState(/** @type {import('./use-sending.js').Accepted | undefined} */ (undefined))
  // A user who returns to it later only reads, as with any other.
  useEffect(
    () => () => setBegun(before => (before?.conversationId === conversationId ? undefined : before)),
    [conversationId],
  )
  // Who has gone elsewhere meanwhile stays there.
  const shown = useRef(/** @type {string | undefined | null} */ (null))
  useEffect(() => {
    shown.current = conversationId
    return () => {
      shown.current = null
    }
  }, [conversationId])
  /** @param {import('./use-sending.js').Accepted} message */
  const begin = message => {
    setBegun(message)
    refresh()
    if (shown.current === undefined) location.hash = chatUrl(message.conversationId)
  }
  return html`
    <div class="chat" data-open=${conversationId === undefined ? undefined : 'true'}>
      <${ConversationList} list=${list} openId=${conversationId} arrived=${arrived} />
      ${
        conversationId === undefined
          ? html`<${NewConversation} onBegun=${begin} />`
          : html`<${ConversationPage} key=${conversationId} conversationId=${conversationId} arrived=${arrived}
              begun=${begun?.conversationId === conversationId ? begun : undefined} onUsed=${refresh} onRemoved=${() => list.drop(conversationId)} />`
      }
    </div>
  `
}
