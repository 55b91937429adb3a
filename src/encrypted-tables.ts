import { eq } from 'drizzle-orm'
import { conversations, summaries, turns } from './conversations/schema.ts'
import { serverSecrets } from './db/schema.ts'
import type { SealedSource } from './db/sealed-table.ts'
import { library, libraryKeys } from './library/schema.ts'
import { notifications } from './notifications/schema.ts'
import { phoneNumbers } from './notifications/solapi/schema.ts'
import { pushSubscriptions } from './notifications/web-push/schema.ts'
import { webhooks } from './notifications/webhook/schema.ts'
import { attempts, quizzes } from './quizzes/schema.ts'
import { confirmations, records } from './records/schema.ts'
import { outputs, tasks } from './tasks/schema.ts'

const quizOfAttempt = { table: quizzes, on: eq(quizzes.id, attempts.quizId) }
const taskOfOutput = { table: tasks, on: eq(tasks.id, outputs.taskId) }
const turnOfSummary = { table: turns, on: eq(turns.id, summaries.turnId) }
const conversationOfTurn = { table: conversations, on: eq(conversations.id, turns.conversationId) }

/**
 * Every table with encrypted columns, and the owner that its values are bound to, as all that seals them says. A test
 * compares it with the database: none can be forgotten.
 */
export const encryptedTables: readonly SealedSource[] = [
  { table: tasks, owner: tasks.ownerId },
  { table: outputs, owner: tasks.ownerId, through: [taskOfOutput] },
  { table: records, owner: records.ownerId },
  { table: confirmations, owner: confirmations.ownerId },
  { table: conversations, owner: conversations.ownerId },
  { table: turns, owner: conversations.ownerId, through: [conversationOfTurn] },
  { table: summaries, owner: conversations.ownerId, through: [turnOfSummary, conversationOfTurn] },
  { table: quizzes, owner: quizzes.ownerId },
  { table: attempts, owner: quizzes.ownerId, through: [quizOfAttempt] },
  { table: library, owner: library.ownerId },
  { table: libraryKeys },
  { table: serverSecrets },
  { table: notifications, owner: notifications.ownerId },
  { table: pushSubscriptions, owner: pushSubscriptions.ownerId },
  { table: phoneNumbers, owner: phoneNumbers.ownerId },
  { table: webhooks, owner: webhooks.ownerId },
]
