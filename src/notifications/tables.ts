import { sql } from 'drizzle-orm'
import { bigint, boolean, index, pgTable, primaryKey, text, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { encrypted } from '../db/encrypted.ts'
import { tasks } from '../tasks/store/tables.ts'
import type { ChannelName } from './channel.ts'
import type { NotificationKind } from './notification.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 })

/** The notifications of owners, whatever the channels. Deleted with the task. */
export const notifications = pgTable(
  'notifications',
  {
    id: uuid('id').primaryKey(),
    ownerId: uuid('owner_id').notNull(),
    /** Counts the owner's notifications from 1, in the order of their transactions: see `notificationCounters`. */
    seq: bigint('seq', { mode: 'number' }).notNull(),
    kind: text('kind').$type<NotificationKind>().notNull(),
    taskId: uuid('task_id')
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    taskKind: text('task_kind').notNull(),
    conversationId: uuid('conversation_id'),
    /** The owner's name for what it is about. For their own eyes: no channel gets it. */
    label: encrypted<string>('label'),
    /** Whether the owner's list and stream show it. */
    inApp: boolean('in_app').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    readAt: instant('read_at'),
  },
  table => [
    uniqueIndex('notifications_seq').on(table.ownerId, table.seq),
    index('notifications_owner').on(table.ownerId, table.id),
    index('notifications_task').on(table.taskId),
    index('notifications_unread').on(table.ownerId).where(sql`${table.inApp} and ${table.readAt} is null`),
  ],
)

/**
 * The seq of each owner's newest notification. Its row is locked until the transaction that took the seq commits, so none is
 * overtaken.
 */
export const notificationCounters = pgTable('notification_counters', {
  ownerId: uuid('owner_id').primaryKey(),
  lastSeq: bigint('last_seq', { mode: 'number' }).notNull(),
})

/** The channels that an owner chose for a kind of event; no row where the owner did not choose. */
export const notificationPreferences = pgTable(
  'notification_preferences',
  {
    ownerId: uuid('owner_id').notNull(),
    kind: text('kind').$type<NotificationKind>().notNull(),
    channels: text('channels').array().$type<ChannelName[]>().notNull(),
  },
  table => [primaryKey({ columns: [table.ownerId, table.kind] })],
)
