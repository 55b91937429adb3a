import { useEffect, useRef, useState } from '../preact.js'
import { useServices } from '../services.js'
import { refreshed, withEarlier, withMessage, withReply } from './turns.js'

/**
 * A conversation on the page: loaded, and loaded again after every change and when the tab becomes visible, since
 * other tabs may have gone on with it. `conversation` is undefined until it has come; `fault` says why the last answer
 * did not come.
 *
 * @param {string} id
 * @param {Parameters<typeof withMessage>[1]} [first] the message that it just began with: shown before it has come
 */
export function useConversation(id, first) {
  const { api } = useServices()
  const [conversation, setConversation] = useState(
    /** @returns {import('./turns.js').Conversation | undefined} */ () =>
      first && withMessage({ id, title: null, turns: [], earlier: null }, first),
  )
  const [fault, setFault] = useState(/** @type {unknown} */ (undefined))
  const asked = useRef(0)

  const load = async () => {
    // Answers may overtake each other: only the one to the last request counts.
    const question = ++asked.current
    try {
      const answer = await api.chat.one(id)
      if (question !== asked.current) return
      setFault(undefined)
      setConversation(before => refreshed(before, answer))
    } catch (error) {
      if (question === asked.current) setFault(error)
    }
  }
  /** Shows the change at once, then loads the server's state. @param {(before: import('./turns.js').Conversation) => import('./turns.js').Conversation} make */
  const change = make => {
    setConversation(before => before && make(before))
    load()
  }

  useEffect(() => {
    const again = () => document.visibilityState === 'visible' && load()
    load()
    document.addEventListener('visibilitychange', again)
    addEventListener('online', again)
    return () => {
      asked.current++
      document.removeEventListener('visibilitychange', again)
      removeEventListener('online', again)
    }
  }, [])

  return {
    conversation,
    fault,
    load,
    /** Throws what the API throws. */
    loadEarlier: async () => {
      if (!conversation?.earlier) return
      const { earlier } = conversation
      const answer = await api.chat.one(id, earlier)
      setConversation(before => (before?.earlier === earlier ? withEarlier(before, answer) : before))
    },
    /** @param {Parameters<typeof withMessage>[1]} message that was accepted */
    addMessage: message => change(before => withMessage(before, message)),
    /** @param {string} taskId @param {import('./turns.js').Reply} reply */
    setReply: (taskId, reply) => change(before => withReply(before, taskId, reply)),
  }
}
