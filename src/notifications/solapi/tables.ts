import { index, pgTable, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { encrypted } from '../../db/encrypted.ts'
import type { Language } from '../../http/language.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 })

/**
 * The phone that notifies an owner. Nothing is sent before `verifiedAt`, except the code that verifies it.
 *
 * No row -> code sent -> verified; another number goes back to code sent; a code ends by its time or its tries.
 */
export const phoneNumbers = pgTable('phone_numbers', {
  ownerId: uuid('owner_id').primaryKey(),
  number: encrypted<string>('number').notNull(),
  language: text('language').$type<Language>().notNull(),
  /** Keyed, since a million codes are tried in no time. Null when no code is awaited. */
  codeHash: text('code_hash'),
  codeExpiresAt: instant('code_expires_at'),
  triesLeft: smallint('tries_left').notNull().default(0),
  verifiedAt: instant('verified_at'),
})

/** Codes sent in the last hour, to limit them by owner and by number. Outlives the number they were sent to. */
export const phoneCodes = pgTable(
  'phone_codes',
  {
    id: uuid('id').primaryKey(),
    ownerId: uuid('owner_id').notNull(),
    /** A keyed hash: shows that two are the same, and nothing else. */
    numberHash: text('number_hash').notNull(),
    sentAt: instant('sent_at').notNull().defaultNow(),
  },
  table => [
    index('phone_codes_owner').on(table.ownerId),
    index('phone_codes_number').on(table.numberHash),
    index('phone_codes_sent').on(table.sentAt),
  ],
)
