import type { PgTable } from 'drizzle-orm/pg-core'
import { conversations, summaries, turns } from './conversations/schema.ts'
import { serverSecrets } from './db/schema.ts'
import { library, libraryKeys } from './library/schema.ts'
import { notifications } from './notifications/schema.ts'
import { phoneNumbers } from './notifications/solapi/schema.ts'
import { pushSubscriptions } from './notifications/web-push/schema.ts'
import { webhooks } from './notifications/webhook/schema.ts'
import { attempts, quizzes } from './quizzes/schema.ts'
import { confirmations, records } from './records/schema.ts'
import { outputs, tasks } from './tasks/schema.ts'

/** Every table with encrypted columns. A test compares it with the database: none can be forgotten. */
export const encryptedTables: readonly PgTable[] = [
  tasks,
  outputs,
  records,
  confirmations,
  conversations,
  turns,
  summaries,
  quizzes,
  attempts,
  library,
  libraryKeys,
  serverSecrets,
  notifications,
  pushSubscriptions,
  phoneNumbers,
  webhooks,
]
