import { pgTable, timestamp, uuid } from 'drizzle-orm/pg-core'
import { encrypted } from '../../db/encrypted.ts'

/** Where an owner's own server is told; at most one. */
export const webhooks = pgTable('webhooks', {
  ownerId: uuid('owner_id').primaryKey(),
  url: encrypted<string>('url').notNull(),
  secret: encrypted<string>('secret').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'date', precision: 3 }).notNull().defaultNow(),
})
