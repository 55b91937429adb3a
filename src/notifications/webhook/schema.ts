import { pgTable, timestamp, uuid } from 'drizzle-orm/pg-core'
import { encrypted } from '../../db/encrypted.ts'

/** Where owners have us tell a server of theirs; one each. */
export const webhooks = pgTable('webhooks', {
  id: uuid('id').primaryKey(),
  ownerId: uuid('owner_id').notNull().unique(),
  url: encrypted<string>('url').notNull(),
  /** As Standard Webhooks writes it: `whsec_` and base64. */
  secret: encrypted<string>('secret').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'date', precision: 3 }).notNull().defaultNow(),
})
