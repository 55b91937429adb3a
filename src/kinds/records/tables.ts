import { index, integer, pgTable, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { encrypted } from '../../db/encrypted.ts'
import { tasks } from '../../tasks/store/tables.ts'
import type { Category, SchoolLevel } from './category.ts'

/**
 * A student record that has text: what a `record` task wrote. Has the task's id; its versions are the task's outputs. A record
 * that is being written, or could not be written, is its task alone.
 */
export const records = pgTable('records', {
  id: uuid('id')
    .primaryKey()
    .references(() => tasks.id, { onDelete: 'cascade' }),
  ownerId: uuid('owner_id').notNull(),
  category: text('category').$type<Category>().notNull(),
  subject: encrypted<string>('subject'),
  label: encrypted<string>('label'),
  targetBytes: integer('target_bytes'),
  /** Which guide it follows; both are null in records that are older than these columns (see `limitFor`). */
  schoolLevel: text('school_level').$type<SchoolLevel>(),
  schoolYear: smallint('school_year'),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'date', precision: 3 }).notNull(),
})

/**
 * What a teacher confirmed: the version as the model wrote it, the text as the teacher left it, and when. Rows are only
 * added; the newest is what the record says.
 */
export const confirmations = pgTable(
  'record_confirmations',
  {
    id: uuid('id').primaryKey(),
    recordId: uuid('record_id')
      .notNull()
      .references(() => records.id, { onDelete: 'cascade' }),
    ownerId: uuid('owner_id').notNull(),
    output: smallint('output').notNull(),
    original: encrypted<string>('original').notNull(),
    text: encrypted<string>('text').notNull(),
    /** Why the teacher confirmed it although it has what the guide forbids. */
    despite: encrypted<string>('despite'),
    confirmedAt: timestamp('confirmed_at', { withTimezone: true, mode: 'date', precision: 3 }).notNull().defaultNow(),
  },
  table => [index('record_confirmations_newest').on(table.recordId, table.id)],
)
