import { pgTable, text } from 'drizzle-orm/pg-core'
import { encrypted } from './encrypted.ts'

/** What the servers on this database share and nobody else may know: see `serverSecret`. */
export const serverSecrets = pgTable('server_secrets', {
  name: text('name').primaryKey(),
  value: encrypted<unknown>('value').notNull(),
})
