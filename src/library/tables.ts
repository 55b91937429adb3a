import { index, integer, pgTable, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { encrypted } from '../db/encrypted.ts'
import { tasks } from '../tasks/store/tables.ts'
import type { LibraryKind } from './source.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 })

/** What an owner has, of all kinds: a read model, made from the tables of the features, which stay the source of truth. */
export const library = pgTable(
  'library',
  {
    /** The id of the record, review, quiz or conversation. */
    id: uuid('id').primaryKey(),
    ownerId: uuid('owner_id').notNull(),
    kind: text('kind').$type<LibraryKind>().notNull(),
    /** See `LibraryDocument`. */
    anchorTaskId: uuid('anchor_task_id')
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    status: text('status').notNull(),
    title: encrypted<string>('title'),
    preview: encrypted<string>('preview').notNull(),
    characters: integer('characters').notNull(),
    bytes: integer('bytes').notNull(),
    count: integer('count').notNull(),
    /** See `BlindIndex`. Null for a text with too many tokens: every search opens it. */
    indexTokens: integer('index_tokens').array(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  table => [
    index('library_owner').on(table.ownerId, table.updatedAt, table.id),
    index('library_anchor').on(table.anchorTaskId),
    index('library_tokens').using('gin', table.indexTokens),
  ],
)

/** One row: the secret of the blind index, encrypted like the texts it indexes. */
export const libraryKeys = pgTable('library_keys', {
  id: smallint('id').primaryKey(),
  key: encrypted<string>('key').notNull(),
})
