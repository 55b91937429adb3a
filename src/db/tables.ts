import { pgTable, text } from 'drizzle-orm/pg-core'
import { encrypted } from './encrypted.ts'

/** Secrets that the servers on this database share and no one else may know: see `serverSecret`. */
export const serverSecrets = pgTable('server_secrets', {
  name: text('name').primaryKey(),
  value: encrypted<unknown>('value').notNull(),
})
