import { and, asc, count, desc, eq, gt, gte, inArray, isNotNull, lt, lte, max, or, sql } from 'drizzle-orm'
import { validate as isUuid, v7 as uuidv7 } from 'uuid'
import { arrayOf } from '../db/array-of.ts'
import type { Queries } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import { tasks } from '../tasks/schema.ts'
import { conversations, summaries, turns } from './schema.ts'

export interface Conversation {
  id: string
  title: string | undefined
  createdAt: Date
  usedAt: Date
}

export interface Turn {
  /** Also the task's and the reply's. */
  id: string
  conversationId: string
  position: number
  /** The user's message. */
  content: string
  savedAttempt: number | null
  createdAt: Date
}

export interface Summary {
  turnId: string
  /** Of the turn it reaches. */
  position: number
  text: string
  createdAt: Date
}

/** The place after which a page of conversations begins. */
export interface ConversationCursor {
  usedAt: Date
  id: string
}

/** The SQL of conversations, their turns and summaries. What joins a transaction takes it as its first argument. */
export class ConversationStore {
  readonly #cipher: Cipher

  constructor(cipher: Cipher) {
    this.#cipher = cipher
  }

  async insert(tx: Queries, ownerId: string, title: string | undefined): Promise<Conversation> {
    const id = uuidv7()
    const [row] = await tx
      .insert(conversations)
      .values({ id, ownerId, title: this.#title(id, title), createdAt: sql`now()`, usedAt: sql`now()` })
      .returning()
    return this.#conversation(row as typeof conversations.$inferSelect)
  }

  /** The owner's conversation; `undefined` when there is none of this owner. `forUpdate`: nobody else adds a turn. */
  async find(tx: Queries, id: string, ownerId: string, { forUpdate = false } = {}): Promise<Conversation | undefined> {
    if (!isUuid(id)) return undefined
    const query = tx
      .select()
      .from(conversations)
      .where(and(eq(conversations.id, id), eq(conversations.ownerId, ownerId)))
    const [row] = await (forUpdate ? query.for('update') : query)
    return row && this.#conversation(row)
  }

  /** Those of these conversations that are there, with their owners. */
  async getAll(tx: Queries, ids: readonly string[]): Promise<(Conversation & { ownerId: string })[]> {
    const rows = await tx
      .select()
      .from(conversations)
      .where(inArray(conversations.id, [...ids]))
    return rows.map(row => ({ ...this.#conversation(row), ownerId: row.ownerId }))
  }

  /** Keeps turns from being added, stopped and written anew until the transaction ends; false if it has gone. */
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

  /** Adds the turn of a new task behind the others of a locked conversation. `title`: its new one, if it gets one. */
  async addTurn(
    tx: Queries,
    turn: { id: string; conversationId: string; content: string; createdAt: Date },
    title: string | undefined,
  ): Promise<void> {
    const { id, conversationId, content } = turn
    const [last] = await tx
      .select({ position: max(turns.position) })
      .from(turns)
      .where(eq(turns.conversationId, conversationId))
    await tx
      .insert(turns)
      .values({ ...turn, position: (last?.position ?? 0) + 1, content: this.#cipher.seal(turns.content, id, content) })
    await tx
      .update(conversations)
      .set({ usedAt: sql`now()`, ...(title !== undefined && { title: this.#title(conversationId, title) }) })
      .where(eq(conversations.id, conversationId))
  }

  async turn(tx: Queries, id: string): Promise<Turn | undefined> {
    const [row] = await tx.select().from(turns).where(eq(turns.id, id))
    return row && this.#turn(row)
  }

  /** The newest turns before a position, oldest first. */
  async turnsBefore(tx: Queries, conversationId: string, position: number, limit: number): Promise<Turn[]> {
    const rows = await tx
      .select()
      .from(turns)
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
    const rows = await tx
      .select()
      .from(turns)
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

  /** Ids of the turns from a position on: of all without one. */
  async turnIds(tx: Queries, conversationId: string, from = 0): Promise<string[]> {
    const rows = await tx
      .select({ id: turns.id })
      .from(turns)
      .where(and(eq(turns.conversationId, conversationId), gte(turns.position, from)))
      .orderBy(asc(turns.position))
    return rows.map(({ id }) => id)
  }

  /** The turns whose tasks wait or run, those of one conversation in their order. */
  async unfinished(tx: Queries, conversationIds: readonly string[]): Promise<{ id: string; conversationId: string }[]> {
    return tx
      .select({ id: turns.id, conversationId: turns.conversationId })
      .from(turns)
      .innerJoin(tasks, eq(tasks.id, turns.id))
      .where(and(inArray(turns.conversationId, [...conversationIds]), inArray(tasks.status, ['queued', 'running'])))
      .orderBy(asc(turns.position))
  }

  /** Part of the final transaction of these turns' tasks: there is a reply, that of this attempt. */
  async setSaved(tx: Queries, replied: readonly { id: string; attempt: number }[]): Promise<void> {
    const ids = arrayOf('uuid', replied, ({ id }) => id)
    const attempts = arrayOf('integer', replied, ({ attempt }) => attempt)
    await tx
      .update(turns)
      .set({ savedAttempt: sql`replied.attempt` })
      .from(sql`unnest(${ids}, ${attempts}) as replied (id, attempt)`)
      .where(eq(turns.id, sql`replied.id`))
  }

  /** The reply is about to be written anew: it and its summary no longer count. */
  async unsetSaved(tx: Queries, turnId: string): Promise<void> {
    await tx.update(turns).set({ savedAttempt: null }).where(eq(turns.id, turnId))
    await tx.delete(summaries).where(eq(summaries.turnId, turnId))
  }

  /** The newest summary that reaches a turn before `position`: without one, the conversation's. */
  async summary(tx: Queries, conversationId: string, position?: number): Promise<Summary | undefined> {
    const [row] = await tx
      .select({ summary: summaries, position: turns.position })
      .from(summaries)
      .innerJoin(turns, eq(turns.id, summaries.turnId))
      .where(
        and(
          eq(turns.conversationId, conversationId),
          position === undefined ? undefined : lt(turns.position, position),
        ),
      )
      .orderBy(desc(turns.position))
      .limit(1)
    if (!row) return undefined
    const { turnId, text, createdAt } = row.summary
    return { turnId, position: row.position, createdAt, text: this.#cipher.open(summaries.text, turnId, text) }
  }

  /** Whether the reply of this attempt has its summary. */
  async hasSummary(tx: Queries, turnId: string, attempt: number): Promise<boolean> {
    const rows = await tx
      .select({ turnId: summaries.turnId })
      .from(summaries)
      .where(and(eq(summaries.turnId, turnId), eq(summaries.attempt, attempt)))
    return rows.length > 0
  }

  async addSummary(tx: Queries, turnId: string, attempt: number, text: string): Promise<void> {
    await tx
      .insert(summaries)
      .values({ turnId, attempt, text: this.#cipher.seal(summaries.text, turnId, text) })
      .onConflictDoNothing()
  }

  #title(id: string, title: string | undefined) {
    return title === undefined ? null : this.#cipher.seal(conversations.title, id, title)
  }

  #conversation({ id, title, createdAt, usedAt }: typeof conversations.$inferSelect): Conversation {
    return {
      id,
      title: title ? this.#cipher.open(conversations.title, id, title) : undefined,
      createdAt,
      usedAt,
    }
  }

  #turn({ content, ...row }: typeof turns.$inferSelect): Turn {
    return { ...row, content: this.#cipher.open(turns.content, row.id, content) }
  }
}
