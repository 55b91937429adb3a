import { index, integer, pgTable, timestamp, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { encrypted } from '../../db/encrypted.ts'
import { tasks } from '../../tasks/store/tables.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 })

export const conversations = pgTable(
  'conversations',
  {
    id: uuid('id').primaryKey(),
    ownerId: uuid('owner_id').notNull(),
    title: encrypted<string>('title'),
    createdAt: instant('created_at').notNull(),
    /** When the last message was sent. */
    usedAt: instant('used_at').notNull(),
  },
  table => [index('conversations_owner').on(table.ownerId, table.usedAt, table.id)],
)

/** A user's message and the task that replies to it, with the same id; the reply is the task's output. */
export const turns = pgTable(
  'turns',
  {
    id: uuid('id')
      .primaryKey()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    /** From 1, in the order of the messages: the clocks of several servers may differ. */
    position: integer('position').notNull(),
    content: encrypted<string>('content').notNull(),
    /** The task's attempt whose reply is saved; null while there is none. */
    savedAttempt: integer('saved_attempt'),
    createdAt: instant('created_at').notNull(),
  },
  table => [uniqueIndex('turns_position').on(table.conversationId, table.position)],
)

/**
 * The content of a conversation, up to and with the reply of one turn. Kept for every turn, so that a conversation whose
 * last turns are removed goes back to the summary before them. The newest is the conversation's summary.
 */
export const summaries = pgTable('summaries', {
  turnId: uuid('turn_id')
    .primaryKey()
    .references(() => turns.id, { onDelete: 'cascade' }),
  /** The attempt of the reply that it sums up: a regenerated reply needs another summary. */
  attempt: integer('attempt').notNull(),
  text: encrypted<string>('text').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
})
