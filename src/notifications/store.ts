import { and, count, desc, eq, gt, isNull, lt, lte, sql } from 'drizzle-orm'
import { validate as isUuid } from 'uuid'
import type { Queries } from '../db/client.ts'
import type { Sealed } from '../db/encrypted.ts'
import { tasks } from '../tasks/store/tables.ts'
import type { TaskStatus } from '../tasks/task.ts'
import type { Notification } from './notification.ts'
import { notificationCounters, notifications } from './tables.ts'

/** At most this many of an owner are stored; each further one deletes the oldest, read or not. */
export const maxKept = 1_000

/** A notification as its owner sees it in the app. */
export interface ShownNotification extends Notification {
  seq: number
  readAt: Date | null
  label: Sealed<string> | null
}

/** The state of an owner's notifications. */
export interface Feed {
  /** The seq of the newest one; 0 before the first. */
  lastSeq: number
  unread: number
}

/** The SQL of notifications. A method that joins a transaction takes it as its first argument. */
export const notificationStore = {
  /** A task, which cannot be deleted until the transaction ends; `undefined` when it was deleted. */
  async lockTask(tx: Queries, taskId: string): Promise<{ kind: string; status: TaskStatus } | undefined> {
    const { kind, status } = tasks
    const [task] = await tx.select({ kind, status }).from(tasks).where(eq(tasks.id, taskId)).for('key share')
    return task
  },

  /** Adds one, and deletes what exceeds `maxKept`. The owner's other notifications wait until the transaction ends. */
  async add(
    tx: Queries,
    draft: Omit<Notification, 'createdAt'> & { inApp: boolean; label?: Sealed<string> },
  ): Promise<ShownNotification> {
    const { ownerId } = draft
    const [counter] = await tx
      .insert(notificationCounters)
      .values({ ownerId, lastSeq: 1 })
      .onConflictDoUpdate({
        target: notificationCounters.ownerId,
        set: { lastSeq: sql`${notificationCounters.lastSeq} + 1` },
      })
      .returning()
    const seq = (counter as typeof notificationCounters.$inferSelect).lastSeq
    const [row] = await tx
      .insert(notifications)
      .values({ ...draft, seq })
      .returning()
    await tx.delete(notifications).where(and(eq(notifications.ownerId, ownerId), lte(notifications.seq, seq - maxKept)))
    return shown(row as typeof notifications.$inferSelect)
  },

  /** One, of any owner and in-app or not, as channels get it: without anything that a user wrote. */
  async get(tx: Queries, id: string): Promise<Notification | undefined> {
    const { ownerId, kind, taskId, taskKind, conversationId, createdAt } = notifications
    const [row] = await tx
      .select({ id: notifications.id, ownerId, kind, taskId, taskKind, conversationId, createdAt })
      .from(notifications)
      .where(eq(notifications.id, id))
    return row && withConversation(row)
  },

  /** Newest first; `before` is the id of the last one of the page before. */
  async list(
    tx: Queries,
    ownerId: string,
    { before, limit }: { before?: string; limit: number },
  ): Promise<ShownNotification[]> {
    const rows = await tx
      .select()
      .from(notifications)
      .where(and(shownTo(ownerId), before === undefined ? undefined : lt(notifications.id, before)))
      .orderBy(desc(notifications.id))
      .limit(limit)
    return rows.map(shown)
  },

  /** Those after a seq, oldest first. */
  async since(tx: Queries, ownerId: string, seq: number, limit: number): Promise<ShownNotification[]> {
    const rows = await tx
      .select()
      .from(notifications)
      .where(and(shownTo(ownerId), gt(notifications.seq, seq)))
      .orderBy(notifications.seq)
      .limit(limit)
    return rows.map(shown)
  },

  async unread(tx: Queries, ownerId: string): Promise<number> {
    const [row] = await tx
      .select({ value: count() })
      .from(notifications)
      .where(and(shownTo(ownerId), isNull(notifications.readAt)))
    return row?.value ?? 0
  },

  /** Every notification up to `lastSeq` is committed and can be read afterwards. */
  async feed(tx: Queries, ownerId: string): Promise<Feed> {
    return (await notificationStore.feeds(tx, [ownerId])).get(ownerId) ?? { lastSeq: 0, unread: 0 }
  },

  /** Of those owners that ever had any, in one statement. */
  async feeds(tx: Queries, ownerIds: readonly string[]): Promise<Map<string, Feed>> {
    const { ownerId, lastSeq } = notificationCounters
    const unread = tx.$count(
      notifications,
      and(eq(notifications.ownerId, ownerId), notifications.inApp, isNull(notifications.readAt)),
    )
    const rows = await tx
      .select({ ownerId, lastSeq, unread })
      .from(notificationCounters)
      .where(sql`${ownerId} = any(${sql.param([...ownerIds])}::uuid[])`)
    return new Map(rows.map(({ ownerId, ...feed }) => [ownerId, feed]))
  },

  /** Sets one as read, or with `upTo` also all before it. False when this owner has no such notification. Idempotent. */
  async read(tx: Queries, ownerId: string, id: string, { upTo = false } = {}): Promise<boolean> {
    if (!isUuid(id)) return false
    const [found] = await tx
      .select({ seq: notifications.seq })
      .from(notifications)
      .where(and(shownTo(ownerId), eq(notifications.id, id)))
    if (!found) return false
    const these = (upTo ? lte : eq)(notifications.seq, found.seq)
    await tx
      .update(notifications)
      .set({ readAt: sql`now()` })
      .where(and(shownTo(ownerId), isNull(notifications.readAt), these))
    return true
  },

  /** Sets all notifications about one thing as read. Returns whether any was unread. */
  async readAbout(tx: Queries, ownerId: string, what: 'task' | 'conversation', id: string): Promise<boolean> {
    const about = what === 'task' ? notifications.taskId : notifications.conversationId
    const read = await tx
      .update(notifications)
      .set({ readAt: sql`now()` })
      .where(and(shownTo(ownerId), isNull(notifications.readAt), eq(about, id)))
      .returning({ id: notifications.id })
    return read.length > 0
  },
}

export type NotificationStore = typeof notificationStore

function shownTo(ownerId: string) {
  return and(eq(notifications.ownerId, ownerId), notifications.inApp)
}

function shown({ inApp: _, ...row }: typeof notifications.$inferSelect): ShownNotification {
  return withConversation(row)
}

function withConversation<Row extends { conversationId: string | null }>({ conversationId, ...row }: Row) {
  return { ...row, ...(conversationId !== null && { conversationId }) }
}
