import { pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { tasks } from '../../tasks/store/tables.ts'
import type { ReviewType } from './input.ts'

/**
 * A review of a diary entry: what a `review` task wrote. Has the task's id; the entry is the task's input, the review its
 * output, both encrypted there.
 */
export const reviews = pgTable('reviews', {
  id: uuid('id')
    .primaryKey()
    .references(() => tasks.id, { onDelete: 'cascade' }),
  ownerId: uuid('owner_id').notNull(),
  type: text('type').$type<ReviewType>().notNull(),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'date', precision: 3 }).notNull(),
})
