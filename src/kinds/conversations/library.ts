import { asc, gt } from 'drizzle-orm'
import type { Queries } from '../../db/client.ts'
import type { LibraryDocument, LibrarySource } from '../../library/source.ts'
import type { TaskStore } from '../../tasks/store/task-store.ts'
import { outputEnded } from '../../tasks/task.ts'
import type { Conversation, ConversationStore } from './store.ts'
import { conversations as table } from './tables.ts'

/**
 * A search reads the newest turns of a conversation, up to about this many characters, or turns: the opened texts must fit
 * into memory, and the search through them blocks all other requests.
 */
const maxChars = 300_000
const maxTurns = 1000

/** Turns read at once: with messages of the greatest length, about `maxChars`. */
const pageTurns = 10

/** Beyond any position. */
const theEnd = 2 ** 31 - 1

/**
 * Conversations in the library, from their first message on.
 *
 * An entry stands on the task of the last turn in it. Messages are only ever removed from one of them to the end, so if any
 * of the entry's messages is removed, that task is among them, and the entry is deleted in the same transaction. The entry
 * comes back when the reply that replaces it has ended.
 */
export function conversationLibrary({
  conversations,
  tasks,
}: {
  conversations: ConversationStore
  tasks: TaskStore
}): LibrarySource {
  return {
    kind: 'conversation',

    async touchedBy(queries, { name, data }) {
      if (name !== 'task.ended' || data.kind !== 'turn') return undefined
      return (await conversations.turn(queries, data.taskId))?.conversationId
    },

    async hold(tx, ids) {
      // A transaction that removes a turn holds this lock.
      for (const id of [...ids].sort()) await conversations.lock(tx, id)
    },

    async ids(queries, after, limit) {
      const rows = await queries
        .select({ id: table.id })
        .from(table)
        .where(after === undefined ? undefined : gt(table.id, after))
        .orderBy(asc(table.id))
        .limit(limit)
      return rows.map(({ id }) => id)
    },

    async read(tx, ids) {
      const documents: LibraryDocument[] = []
      for (const conversation of await conversations.getAll(tx, ids)) {
        const document = await read(tx, conversation)
        if (document) documents.push(document)
      }
      return documents
    },
  }

  async function read(
    tx: Queries,
    { id, ownerId, title, createdAt, usedAt, damaged: titleDamaged }: Conversation,
  ): Promise<LibraryDocument | undefined> {
    const { lastId, contents, damaged } = await newest(tx, id)
    const task = lastId === undefined ? undefined : (await tasks.getAll(tx, [lastId])).get(lastId)
    if (!task) return undefined
    return {
      id,
      ownerId,
      anchorTaskId: task.id,
      status: task.status,
      createdAt,
      updatedAt: task.finishedAt ?? usedAt,
      title,
      preview: contents.at(-1) ?? '',
      contents,
      about: title === undefined ? [] : [title],
      count: contents.length,
      damaged: damaged || titleDamaged,
    }
  }

  /** The newest messages, oldest first. */
  async function newest(
    tx: Queries,
    id: string,
  ): Promise<{ lastId: string | undefined; contents: string[]; damaged: boolean }> {
    let damaged = false
    let lastId: string | undefined
    let contents: string[] = []
    let before = theEnd
    for (let read = 0, chars = 0; read < maxTurns && chars < maxChars; read += pageTurns) {
      const turns = await conversations.turnsBefore(tx, id, before, pageTurns)
      const outputs = await tasks.outputsOf(tx, turns)
      const page = turns.flatMap(turn => {
        const reply = outputs.get(turn.id)?.[0]
        damaged ||= turn.damaged || reply?.damaged === true
        const message = turn.damaged ? [] : [turn.content]
        return reply && outputEnded(reply.status) && reply.text !== '' ? [...message, reply.text] : message
      })
      lastId ??= turns.at(-1)?.id
      contents = [...page, ...contents]
      chars += page.reduce((sum, { length }) => sum + length, 0)
      before = turns[0]?.position ?? 0
      if (turns.length < pageTurns) break
    }
    return { lastId, contents, damaged }
  }
}
