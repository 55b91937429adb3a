import { Refused } from '../api.js'
import { explainError } from '../explain-error.js'
import { useRef, useState } from '../preact.js'
import { useServices } from '../services.js'

/** What the server takes (`NewMessageBody` in `src/kinds/conversations/api-schemas.ts`), in code points; it decides, this only says it sooner. */
const longest = 20_000

/**
 * Sends messages: the first one of a conversation begins it.
 *
 * @typedef {{ conversationId: string, taskId: string, content: string, createdAt: string, replaces?: string }} Accepted
 *
 * @param {object} options
 * @param {string} [options.conversationId] none: it begins with the message
 * @param {(message: Accepted) => void} options.onAccepted
 * @param {(content: string | undefined) => void} [options.onPending] it is on its way; undefined when it is no more
 * @param {() => void} [options.onStale] the conversation is no longer what this page shows
 */
export function useSending({ conversationId, onAccepted, onPending, onStale }) {
  const { t, api, announce, started } = useServices()
  const busy = useRef(false)
  const [sending, setSending] = useState(false)
  const [fault, setFault] = useState(/** @type {string | undefined} */ (undefined))

  /** @param {string} words */
  const refuse = words => {
    setFault(words)
    announce(words)
    return false
  }

  /**
   * @param {{ content: string, replaces?: string }} message
   * @param {import('./api.js').OnBusy} onBusy
   * @returns {Promise<boolean | undefined>} whether it was accepted; undefined while another one is on its way
   */
  const send = async (message, onBusy) => {
    // Not the state, which is one drawing late: Enter may come twice.
    if (busy.current) return undefined
    const content = message.content.trim()
    if (!content) return refuse(t('chat.invalid.empty'))
    const length = Array.from(content).length
    if (length > longest) return refuse(t('chat.invalid.long', { max: longest, over: length - longest }))
    setFault(undefined)
    busy.current = true
    setSending(true)
    onPending?.(content)
    try {
      const sent = conversationId === undefined ? await begin(content) : await say(conversationId, content)
      started.add(sent.taskId)
      announce(t(onBusy === 'queue' && !message.replaces ? 'chat.say.waiting' : 'chat.say.sent'))
      onAccepted({ ...sent, content, createdAt: new Date(api.now()).toISOString(), replaces: message.replaces })
      return true
    } catch (error) {
      onStale?.()
      if (error instanceof Refused && error.code === 'conversation-busy') return refuse(t('chat.busyElsewhere'))
      return refuse(`${t('form.failed')} ${explainError(error, t)} ${t('form.kept')}`)
    } finally {
      busy.current = false
      setSending(false)
      onPending?.(undefined)
    }

    /** @param {string} id @param {string} content */
    async function say(id, content) {
      const { taskId } = await api.chat.send(id, { ...message, content }, onBusy)
      return { conversationId: id, taskId }
    }

    /** @param {string} content */
    async function begin(content) {
      const { id } = await api.chat.create()
      try {
        return await say(id, content)
      } catch (error) {
        // Nobody asked for an empty conversation. If it stays, it is one more in the list, to be used or removed.
        api.chat.remove(id).catch(() => {})
        throw error
      }
    }
  }
  return { send, sending, fault, forgive: () => setFault(undefined) }
}
