import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { encrypted } from '../../db/encrypted.ts'
import type { Language } from '../../http/language.ts'
import type { PushKeys } from './subscription.ts'

/** The push subscription of a browser. Its id is made of the endpoint: see `subscriptionId`. */
export const pushSubscriptions = pgTable(
  'push_subscriptions',
  {
    id: uuid('id').primaryKey(),
    ownerId: uuid('owner_id').notNull(),
    endpoint: encrypted<string>('endpoint').notNull(),
    keys: encrypted<PushKeys>('keys').notNull(),
    language: text('language').$type<Language>().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, mode: 'date', precision: 3 }).notNull().defaultNow(),
  },
  table => [index('push_subscriptions_owner').on(table.ownerId)],
)
