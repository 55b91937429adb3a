import { pgTable, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { encrypted } from '../../db/encrypted.ts'

export const webhookStatuses = ['pending', 'verified', 'failed'] as const
export type WebhookStatus = (typeof webhookStatuses)[number]

/** Why the last try did not verify a webhook. */
export const webhookFaults = ['no-answer', 'refused', 'wrong-answer', 'private-address'] as const
export type WebhookFault = (typeof webhookFaults)[number]

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 })

/** The server that an owner's notifications are sent to; at most one. `status`: see `webhookChallenge`. */
export const webhooks = pgTable('webhooks', {
  ownerId: uuid('owner_id').primaryKey(),
  url: encrypted<string>('url').notNull(),
  secret: encrypted<string>('secret').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  /** Distinguishes the current challenge from earlier ones. Null: never asked, since the row is older than challenges. */
  askId: uuid('ask_id'),
  status: text('status').$type<WebhookStatus>().notNull().default('pending'),
  /** The failed tries of this challenge. */
  tries: smallint('tries').notNull().default(0),
  fault: text('fault').$type<WebhookFault>(),
  verifiedAt: instant('verified_at'),
})
