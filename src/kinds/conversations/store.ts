import { and, asc, count, desc, eq, gt, gte, inArray, isNotNull, lt, lte, max, or, sql } from 'drizzle-orm'
import { validate as isUuid, v7 as uuidv7 } from 'uuid'
import { arrayOf } from '../../db/array-of.ts'
import type { Queries } from '../../db/client.ts'
import type { Cipher, Place } from '../../db/encrypted.ts'
import { tasks } from '../../tasks/store/tables.ts'
import { conversations, summaries, turns } from './tables.ts'

export interface Conversation {
  id: string
  ownerId: string
  title: string | undefined
  createdAt: Date
  usedAt: Date
  /** The title can no longer be read. */
  damaged: boolean
}

export interface Turn {
  /** Also the id of the task and of the reply. */
  id: string
  /** The owner of the conversation. */
  ownerId: string
  conversationId: string
  position: number
  /** The user's message. Empty when it can no longer be read. */
  content: string
  savedAttempt: number | null
  createdAt: Date
  damaged: boolean
}

export interface Summary {
  turnId: string
  /** The position of the turn it reaches. */
  position: number
  text: string
  createdAt: Date
}

/** At most this many unreadable summaries are skipped; as a rule, at most one is damaged. */
const maxDamagedSummaries = 20

/** A page of conversations begins after this. */
export interface ConversationCursor {
  usedAt: Date
  id: string
}

/** The SQL of conversations, their turns and summaries. A method that joins a transaction takes it as its first argument. */
export class ConversationStore {
  readonly #cipher: Cipher

  constructor(cipher: Cipher) {
    this.#cipher = cipher
  }

  async insert(tx: Queries, ownerId: string, title: string | undefined): Promise<Conversation> {
    const id = uuidv7()
    const [row] = await tx
      .insert(conversations)
      .values({ id, ownerId, title: this.#title({ id, ownerId }, title), createdAt: sql`now()`, usedAt: sql`now()` })
      .returning()
    return this.#conversation(row as typeof conversations.$inferSelect)
  }

  /** The owner's conversation; `undefined` when this owner has none with the id. `forUpdate`: no other transaction adds a turn. */
  async find(tx: Queries, id: string, ownerId: string, { forUpdate = false } = {}): Promise<Conversation | undefined> {
    if (!isUuid(id)) return undefined
    const query = tx
      .select()
      .from(conversations)
      .where(and(eq(conversations.id, id), eq(conversations.ownerId, ownerId)))
    const [row] = await (forUpdate ? query.for('update') : query)
    return row && this.#conversation(row)
  }

  /** Those of these conversations that exist, with their owners. */
  async getAll(tx: Queries, ids: readonly string[]): Promise<Conversation[]> {
    const rows = await tx
      .select()
      .from(conversations)
      .where(inArray(conversations.id, [...ids]))
    return rows.map(row => this.#conversation(row))
  }

  /** Keeps turns from being added, stopped and written again until the transaction ends; false if the conversation was deleted. */
  async lock(tx: Queries, id: string): Promise<boolean> {
    const rows = await tx
      .select({ id: conversations.id })
      .from(conversations)
      .where(eq(conversations.id, id))
      .for('update')
    return rows.length > 0
  }

  /** Most recently used first. */
  async list(
    tx: Queries,
    ownerId: string,
    { before, limit }: { before?: ConversationCursor; limit: number },
  ): Promise<Conversation[]> {
    const earlier =
      before &&
      or(
        lt(conversations.usedAt, before.usedAt),
        and(eq(conversations.usedAt, before.usedAt), lt(conversations.id, before.id)),
      )
    const rows = await tx
      .select()
      .from(conversations)
      .where(and(eq(conversations.ownerId, ownerId), earlier))
      .orderBy(desc(conversations.usedAt), desc(conversations.id))
      .limit(limit)
    return rows.map(row => this.#conversation(row))
  }

  async remove(tx: Queries, id: string): Promise<void> {
    await tx.delete(conversations).where(eq(conversations.id, id))
  }

  /** Adds the turn of a new task after the others of a locked conversation. `title`: its new title, if it gets one. */
  async addTurn(
    tx: Queries,
    { ownerId, ...turn }: { id: string; ownerId: string; conversationId: string; content: string; createdAt: Date },
    title: string | undefined,
  ): Promise<void> {
    const { id, conversationId } = turn
    const content = this.#cipher.seal(turns.content, { row: id, owner: ownerId }, turn.content)
    const [last] = await tx
      .select({ position: max(turns.position) })
      .from(turns)
      .where(eq(turns.conversationId, conversationId))
    await tx.insert(turns).values({ ...turn, position: (last?.position ?? 0) + 1, content })
    await tx
      .update(conversations)
      .set({
        usedAt: sql`now()`,
        ...(title !== undefined && { title: this.#title({ id: conversationId, ownerId }, title) }),
      })
      .where(eq(conversations.id, conversationId))
  }

  async turn(tx: Queries, id: string): Promise<Turn | undefined> {
    const [row] = await turnRows(tx).where(eq(turns.id, id))
    return row && this.#turn(row)
  }

  /** The turn whose message the reply answers. @throws DecryptionFailed when that message can no longer be read */
  async turnToReplyTo(tx: Queries, id: string): Promise<Turn | undefined> {
    const [row] = await turnRows(tx).where(eq(turns.id, id))
    if (!row) return undefined
    const content = this.#cipher.open(turns.content, turnPlace(row), row.turn.content)
    return { ...row.turn, ownerId: row.ownerId, content, damaged: false }
  }

  /** The newest turns before a position, oldest first. */
  async turnsBefore(tx: Queries, conversationId: string, position: number, limit: number): Promise<Turn[]> {
    const rows = await turnRows(tx)
      .where(and(eq(turns.conversationId, conversationId), lt(turns.position, position)))
      .orderBy(desc(turns.position))
      .limit(limit)
    return rows.map(row => this.#turn(row)).reverse()
  }

  /** The newest turns that have a reply, after one position and up to another, oldest first. */
  async repliedTurns(
    tx: Queries,
    conversationId: string,
    { after, upTo }: { after: number; upTo: number },
    limit: number,
  ): Promise<Turn[]> {
    const rows = await turnRows(tx)
      .where(
        and(
          eq(turns.conversationId, conversationId),
          gt(turns.position, after),
          lte(turns.position, upTo),
          isNotNull(turns.savedAttempt),
        ),
      )
      .orderBy(desc(turns.position))
      .limit(limit)
    return rows.map(row => this.#turn(row)).reverse()
  }

  /** How many turns after a position have a reply. */
  async repliesAfter(tx: Queries, conversationId: string, position: number): Promise<number> {
    const [row] = await tx
      .select({ value: count() })
      .from(turns)
      .where(and(eq(turns.conversationId, conversationId), gt(turns.position, position), isNotNull(turns.savedAttempt)))
    return row?.value ?? 0
  }

  /** Ids of the turns from a position on; of all turns without a position. */
  async turnIds(tx: Queries, conversationId: string, from = 0): Promise<string[]> {
    const rows = await tx
      .select({ id: turns.id })
      .from(turns)
      .where(and(eq(turns.conversationId, conversationId), gte(turns.position, from)))
      .orderBy(asc(turns.position))
    return rows.map(({ id }) => id)
  }

  /** The turns whose tasks wait or run; those of one conversation in their order. */
  async unfinished(tx: Queries, conversationIds: readonly string[]): Promise<{ id: string; conversationId: string }[]> {
    return tx
      .select({ id: turns.id, conversationId: turns.conversationId })
      .from(turns)
      .innerJoin(tasks, eq(tasks.id, turns.id))
      .where(and(inArray(turns.conversationId, [...conversationIds]), inArray(tasks.status, ['queued', 'running'])))
      .orderBy(asc(turns.position))
  }

  /** Part of the final transaction of these turns' tasks: each turn has the reply of this attempt. */
  async setSaved(tx: Queries, replied: readonly { id: string; attempt: number }[]): Promise<void> {
    const ids = arrayOf('uuid', replied, ({ id }) => id)
    const attempts = arrayOf('integer', replied, ({ attempt }) => attempt)
    await tx
      .update(turns)
      .set({ savedAttempt: sql`replied.attempt` })
      .from(sql`unnest(${ids}, ${attempts}) as replied (id, attempt)`)
      .where(eq(turns.id, sql`replied.id`))
  }

  /** The reply is about to be written again: it and its summary no longer count. */
  async unsetSaved(tx: Queries, turnId: string): Promise<void> {
    await tx.update(turns).set({ savedAttempt: null }).where(eq(turns.id, turnId))
    await tx.delete(summaries).where(eq(summaries.turnId, turnId))
  }

  /**
   * The newest summary that reaches a turn before `position`; without a position, the conversation's newest. `damaged` if there
   * is a newer summary that can no longer be read: the one before it then counts, as if the newer one had not been written.
   */
  async summary(
    tx: Queries,
    conversationId: string,
    position?: number,
  ): Promise<{ summary: Summary | undefined; damaged: boolean }> {
    let before = position
    for (let passed = 0; passed < maxDamagedSummaries; passed++) {
      const row = await newestSummary(tx, conversationId, before)
      if (!row) return { summary: undefined, damaged: passed > 0 }
      const { turnId, createdAt } = row.summary
      const text = this.#cipher.tryOpen(summaries.text, { row: turnId, owner: row.ownerId }, row.summary.text)
      if (text !== undefined)
        return { summary: { turnId, position: row.position, createdAt, text }, damaged: passed > 0 }
      before = row.position
    }
    return { summary: undefined, damaged: true }
  }

  /** Whether the reply of this attempt has its summary. */
  async hasSummary(tx: Queries, turnId: string, attempt: number): Promise<boolean> {
    const rows = await tx
      .select({ turnId: summaries.turnId })
      .from(summaries)
      .where(and(eq(summaries.turnId, turnId), eq(summaries.attempt, attempt)))
    return rows.length > 0
  }

  async addSummary(tx: Queries, turn: Turn, attempt: number, text: string): Promise<void> {
    const sealed = this.#cipher.seal(summaries.text, { row: turn.id, owner: turn.ownerId }, text)
    await tx.insert(summaries).values({ turnId: turn.id, attempt, text: sealed }).onConflictDoNothing()
  }

  #title({ id, ownerId }: Pick<Conversation, 'id' | 'ownerId'>, title: string | undefined) {
    return title === undefined ? null : this.#cipher.seal(conversations.title, { row: id, owner: ownerId }, title)
  }

  #conversation({ id, ownerId, title, createdAt, usedAt }: typeof conversations.$inferSelect): Conversation {
    const opened = title && this.#cipher.tryOpen(conversations.title, { row: id, owner: ownerId }, title)
    return { id, ownerId, title: opened ?? undefined, createdAt, usedAt, damaged: opened === undefined }
  }

  #turn(row: TurnRow): Turn {
    const content = this.#cipher.tryOpen(turns.content, turnPlace(row), row.turn.content)
    return { ...row.turn, ownerId: row.ownerId, content: content ?? '', damaged: content === undefined }
  }
}

interface TurnRow {
  turn: typeof turns.$inferSelect
  ownerId: string
}

/** Turns with the owner of their conversation, which their decryption needs. */
function turnRows(tx: Queries) {
  return tx
    .select({ turn: turns, ownerId: conversations.ownerId })
    .from(turns)
    .innerJoin(conversations, eq(conversations.id, turns.conversationId))
}

function turnPlace({ turn, ownerId }: TurnRow): Place {
  return { row: turn.id, owner: ownerId }
}

async function newestSummary(tx: Queries, conversationId: string, before: number | undefined) {
  const [row] = await tx
    .select({ summary: summaries, position: turns.position, ownerId: conversations.ownerId })
    .from(summaries)
    .innerJoin(turns, eq(turns.id, summaries.turnId))
    .innerJoin(conversations, eq(conversations.id, turns.conversationId))
    .where(and(eq(turns.conversationId, conversationId), before === undefined ? undefined : lt(turns.position, before)))
    .orderBy(desc(turns.position))
    .limit(1)
  return row
}
