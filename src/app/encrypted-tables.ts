import { eq } from 'drizzle-orm'
import type { SealedSource } from '../db/sealed-table.ts'
import { serverSecrets } from '../db/tables.ts'
import { conversations, summaries, turns } from '../kinds/conversations/tables.ts'
import { attempts, quizzes } from '../kinds/quizzes/tables.ts'
import { confirmations, records } from '../kinds/records/tables.ts'
import { library, libraryKeys } from '../library/tables.ts'
import { phoneNumbers } from '../notifications/solapi/tables.ts'
import { notifications } from '../notifications/tables.ts'
import { pushSubscriptions } from '../notifications/web-push/tables.ts'
import { webhooks } from '../notifications/webhook/tables.ts'
import { outputs, tasks } from '../tasks/store/tables.ts'

const quizOfAttempt = { table: quizzes, on: eq(quizzes.id, attempts.quizId) }
const taskOfOutput = { table: tasks, on: eq(tasks.id, outputs.taskId) }
const turnOfSummary = { table: turns, on: eq(turns.id, summaries.turnId) }
const conversationOfTurn = { table: conversations, on: eq(conversations.id, turns.conversationId) }

/**
 * Every table with encrypted columns, and the owner to whom its values are bound, as in every call of `seal`. A test
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
