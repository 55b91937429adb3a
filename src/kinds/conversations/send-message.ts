import { validate as isUuid } from 'uuid'
import type { Queries } from '../../db/client.ts'
import type { Idempotency, Once } from '../../tasks/idempotency/idempotency.ts'
import type { TaskKind } from '../../tasks/kind.ts'
import type { TaskRow } from '../../tasks/store/rows.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import { conversationBusy, conversationNotFound, messageNotFound } from './errors.ts'
import type { Conversation, ConversationStore, Turn } from './store.ts'
import type { TurnInput } from './turn.ts'

/** What happens to a message while a reply is being written: it is refused, waits for the reply, or stops it. */
export const onBusyModes = ['reject', 'queue', 'cancel'] as const
export type OnBusy = (typeof onBusyModes)[number]

/** The length of the title that is taken from the first message until the user gives one. */
const maxTitleChars = 40

export interface MessageOptions {
  idempotency: Idempotency
  conversations: ConversationStore
  tasks: Tasks
  kind: TaskKind<typeof TurnInput>
}

export interface NewMessage {
  content: string
  /** The turn that this message replaces: that turn and all after it are removed. */
  replaces?: string
  traceId: string
  idempotencyKey?: string
}

/**
 * Saves a message, and the task that replies to it, in one transaction. What the message stops and removes is in the same
 * transaction: a message that is refused stops and removes nothing.
 *
 * A lock on the conversation puts its messages in order; a reply begins when the one before has ended. The same
 * message again with the same key is not sent, stops nothing and removes nothing.
 *
 * @throws Problem `conversation-not-found`, `message-not-found`, `conversation-busy`, `queue-full`, `idempotency-key-reused`
 */
export async function sendMessage(
  { idempotency, conversations, tasks, kind }: MessageOptions,
  ownerId: string,
  conversationId: string,
  { content, replaces, traceId, idempotencyKey }: NewMessage,
  onBusy: OnBusy,
): Promise<Once<{ task: TaskRow }>> {
  const asksFor = [kind.name, conversationId, { content, replaces, onBusy }]
  return idempotency.once({ ownerId, idempotencyKey, asksFor }, async (tx, digests) => {
    const conversation = await conversations.find(tx, conversationId, ownerId, { forUpdate: true })
    if (!conversation) throw conversationNotFound()
    const replaced = replaces === undefined ? undefined : await turn(tx, replaces, conversation)
    const removed = replaced ? await conversations.turnIds(tx, conversation.id, replaced.position) : []
    await tasks.removeIn(tx, removed)
    const unfinished = () => conversations.unfinished(tx, [conversation.id])
    // The last one first, so that none begins just to be stopped.
    if (onBusy === 'cancel') for (const { id } of (await unfinished()).reverse()) await tasks.cancelIn(tx, id, ownerId)
    const busy = await unfinished()
    if (busy[0] && onBusy === 'reject') throw conversationBusy(busy[0].id)
    const after = busy.at(-1)?.id
    const input = { conversationId: conversation.id }
    const task = await tasks.submitIn(tx, kind, ownerId, input, { after, traceId, digests })
    const added = { id: task.id, ownerId, conversationId: conversation.id, content, createdAt: task.createdAt }
    await conversations.addTurn(tx, added, untitled(conversation, replaced) ? titleFrom(content) : undefined)
    return { task }
  })

  async function turn(tx: Queries, id: string, { id: conversationId }: Conversation): Promise<Turn> {
    const found = isUuid(id) ? await conversations.turn(tx, id) : undefined
    if (found?.conversationId !== conversationId) throw messageNotFound()
    return found
  }
}

/**
 * The user gave no title: the conversation has none, or that of its first message, which is replaced. A damaged title was
 * given.
 */
function untitled({ title, damaged }: Conversation, replaced: Turn | undefined): boolean {
  if (damaged) return false
  return title === undefined || (replaced?.position === 1 && title === titleFrom(replaced.content))
}

/** The beginning of a message, up to the end of its first line or a word. */
function titleFrom(content: string): string {
  const line = content.trim().split('\n', 1)[0]?.trim() ?? ''
  const characters = Array.from(line)
  if (characters.length <= maxTitleChars) return line
  const cut = characters.slice(0, maxTitleChars).join('')
  return `${cut.replace(/\s+\S*$/, '')}…`
}
