/**
 * What the page knows of a conversation, and pure functions that change it. A change made here is added at once; the server's
 * answer then replaces it.
 *
 * @typedef {{ status: import('../api.js').OutputStatus, content: string, finishReason?: string | null,
 *   error?: import('../api.js').Fault | null, damaged?: boolean }} Reply its content is empty while it is being written
 * @typedef {{ taskId: string, content: string, createdAt: string, reply: Reply, damaged?: true }} Turn a message and the reply to it
 * @typedef {{ id: string, title: string | null, turns: Turn[], earlier: string | null, damaged?: true }} Conversation oldest turn first;
 *   `earlier`: the cursor of those before them
 */

/** @param {Turn} turn */
export function isUnfinished({ reply }) {
  return reply.status === 'pending' || reply.status === 'running'
}

/** @param {import('./api.js').Messages} answer @returns {Conversation} */
export function conversationOf({ id, title, messages, earlier, damaged }) {
  return { id, title, turns: turnsOf(messages), earlier, damaged }
}

/** @param {import('./api.js').Messages['messages']} messages @returns {Turn[]} */
function turnsOf(messages) {
  const replies = new Map(
    messages.flatMap(message => (message.role === 'assistant' ? [[message.taskId, message]] : [])),
  )
  return messages.flatMap(message => {
    const reply = replies.get(message.taskId)
    return message.role === 'user' && reply ? [{ ...message, reply }] : []
  })
}

/**
 * Merges the newest messages, loaded again. Older messages that are loaded already stay, if they still come before these;
 * a reply that is being written ends when its task says so, to the part of the page that follows it.
 *
 * @param {Conversation | undefined} before
 * @param {import('./api.js').Messages} answer
 * @returns {Conversation}
 */
export function refreshed(before, answer) {
  const now = conversationOf(answer)
  if (!before) return now
  const unfinished = new Map(before.turns.filter(isUnfinished).map(turn => [turn.taskId, turn]))
  const turns = now.turns.map(turn => unfinished.get(turn.taskId) ?? turn)
  const position = before.turns.findIndex(turn => turn.taskId === turns[0]?.taskId)
  if (position < 1) return { ...now, turns }
  return { ...now, turns: [...before.turns.slice(0, position), ...turns], earlier: before.earlier }
}

/**
 * @param {Conversation} conversation
 * @param {import('./api.js').Messages} answer the page before
 * @returns {Conversation}
 */
export function withEarlier(conversation, { messages, earlier }) {
  return { ...conversation, turns: [...turnsOf(messages), ...conversation.turns], earlier }
}

/**
 * A message was accepted; the message it replaces is removed, and all after it.
 *
 * @param {Conversation} conversation
 * @param {{ taskId: string, content: string, createdAt: string, replaces?: string }} message
 * @returns {Conversation}
 */
export function withMessage(conversation, { taskId, content, createdAt, replaces }) {
  const place = conversation.turns.findIndex(turn => turn.taskId === replaces)
  const kept = place < 0 ? conversation.turns : conversation.turns.slice(0, place)
  return {
    ...conversation,
    turns: [...kept, { taskId, content, createdAt, reply: { status: 'pending', content: '' } }],
  }
}

/**
 * @param {Conversation} conversation
 * @param {string} taskId
 * @param {Reply} reply
 * @returns {Conversation}
 */
export function withReply(conversation, taskId, reply) {
  return {
    ...conversation,
    turns: conversation.turns.map(turn => (turn.taskId === taskId ? { ...turn, reply } : turn)),
  }
}
