import { validate as isUuid } from 'uuid'
import type { Database, Queries } from '../db/client.ts'
import type { TaskKind } from '../tasks/kind.ts'
import type { TaskRow } from '../tasks/rows.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { conversationBusy, conversationNotFound, messageNotFound } from './errors.ts'
import type { Conversation, ConversationStore, Turn } from './store.ts'
import type { TurnInput } from './turn.ts'

/** What a message does when a reply is being written: is refused, waits for it, or stops it. */
export const onBusyModes = ['reject', 'queue', 'cancel'] as const
export type OnBusy = (typeof onBusyModes)[number]

/** What stands for a title until somebody gives one. */
const maxTitleChars = 40

export interface MessageOptions {
  database: Database
  conversations: ConversationStore
  tasks: Tasks
  kind: TaskKind<typeof TurnInput>
}

export interface NewMessage {
  content: string
  /** A turn that this message takes the place of: it and all after it are removed. */
  replaces?: string
}

/**
 * Saves a message, and the task that replies to it, in one transaction.
 *
 * Messages of one conversation are put in order by a lock on it; a reply begins when the one before has ended.
 *
 * @throws Problem `conversation-not-found`, `message-not-found`, `conversation-busy`, `queue-full`
 */
export async function sendMessage(
  { database, conversations, tasks, kind }: MessageOptions,
  ownerId: string,
  conversationId: string,
  { content, replaces }: NewMessage,
  onBusy: OnBusy,
): Promise<TaskRow> {
  if (onBusy === 'cancel') await cancelReplies()
  const { task, removed } = await database.queries.transaction(async tx => {
    const { conversation, replaced } = await find(tx, { forUpdate: true })
    const removed = replaced ? await conversations.turnIds(tx, conversation.id, replaced.position) : []
    await tasks.removeIn(tx, removed)
    const busy = (await conversations.unfinished(tx, [conversation.id])).get(conversation.id) ?? []
    if (busy[0] !== undefined && onBusy === 'reject') throw conversationBusy(busy[0])
    const task = await tasks.submitIn(tx, kind, ownerId, { conversationId: conversation.id }, { after: busy.at(-1) })
    const turn = { id: task.id, conversationId: conversation.id, content, createdAt: task.createdAt }
    await conversations.addTurn(tx, turn, untitled(conversation, replaced) ? titleFrom(content) : undefined)
    return { task, removed }
  })
  await tasks.forget(removed)
  tasks.wake()
  return task

  async function find(tx: Queries, lock?: { forUpdate: boolean }) {
    const conversation = await conversations.find(tx, conversationId, ownerId, lock)
    if (!conversation) throw conversationNotFound()
    if (replaces === undefined) return { conversation }
    const replaced = isUuid(replaces) ? await conversations.turn(tx, replaces) : undefined
    if (replaced?.conversationId !== conversation.id) throw messageNotFound()
    return { conversation, replaced }
  }

  async function cancelReplies(): Promise<void> {
    const { conversation } = await find(database.queries)
    const busy = (await conversations.unfinished(database.queries, [conversation.id])).get(conversation.id) ?? []
    // The last one first: so that none begins just to be stopped.
    for (const taskId of busy.reverse()) await tasks.cancel(taskId, ownerId)
  }
}

/** Nobody gave it a title: it has none, or that of its first message, which is replaced. */
function untitled({ title }: Conversation, replaced: Turn | undefined): boolean {
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
