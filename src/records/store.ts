import { desc, eq, inArray } from 'drizzle-orm'
import type { Static } from 'typebox'
import type { Queries } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import { idAfter } from '../db/id-after.ts'
import type { Category } from './category.ts'
import type { RecordInput } from './input.ts'
import { confirmations, records } from './schema.ts'

/** What a record is of. */
export interface StoredRecord {
  category: Category
  subject: string | undefined
  label: string | undefined
  targetBytes: number | undefined
}

/** What a teacher confirmed last. */
export interface Confirmation {
  output: number
  /** The version as the model wrote it. */
  original: string
  text: string
  confirmedAt: Date
}

/** Part of the final transaction of their tasks. Again after a retried output: then the record is there already. */
export async function saveRecords(
  tx: Queries,
  cipher: Cipher,
  tasks: readonly { id: string; ownerId: string; createdAt: Date; input: Static<typeof RecordInput> }[],
): Promise<void> {
  const values = tasks.map(({ id, ownerId, createdAt, input: { category, subject, label, targetBytes } }) => ({
    id,
    ownerId,
    category,
    subject: subject === undefined ? null : cipher.seal(records.subject, id, subject),
    label: label === undefined ? null : cipher.seal(records.label, id, label),
    targetBytes: targetBytes ?? null,
    createdAt,
  }))
  await tx.insert(records).values(values).onConflictDoNothing()
}

/** What is kept of those of these tasks that have ended with text, by id. */
export async function keptRecords(
  tx: Queries,
  cipher: Cipher,
  ids: readonly string[],
): Promise<Map<string, StoredRecord>> {
  if (ids.length === 0) return new Map()
  const rows = await tx
    .select()
    .from(records)
    .where(inArray(records.id, [...ids]))
  return new Map(rows.map(row => [row.id, opened(cipher, row)]))
}

/** Adds what the teacher confirmed; earlier confirmations stay. The record's task must be locked: the newest has the greatest id. */
export async function confirmRecord(
  tx: Queries,
  cipher: Cipher,
  ownerId: string,
  recordId: string,
  { output, original, text }: { output: number; original: string; text: string },
): Promise<void> {
  const [last] = await tx
    .select({ id: confirmations.id })
    .from(confirmations)
    .where(eq(confirmations.recordId, recordId))
    .orderBy(desc(confirmations.id))
    .limit(1)
  const id = idAfter(last?.id)
  await tx.insert(confirmations).values({
    id,
    recordId,
    ownerId,
    output,
    original: cipher.seal(confirmations.original, id, original),
    text: cipher.seal(confirmations.text, id, text),
  })
}

/** The newest confirmation of each of these records that has one. */
export async function latestConfirmations(
  tx: Queries,
  cipher: Cipher,
  recordIds: readonly string[],
): Promise<Map<string, Confirmation>> {
  if (recordIds.length === 0) return new Map()
  const newest = tx
    .selectDistinctOn([confirmations.recordId], { id: confirmations.id })
    .from(confirmations)
    .where(inArray(confirmations.recordId, [...recordIds]))
    .orderBy(confirmations.recordId, desc(confirmations.id))
  const rows = await tx.select().from(confirmations).where(inArray(confirmations.id, newest))
  return new Map(
    rows.map(row => [
      row.recordId,
      {
        output: row.output,
        original: cipher.open(confirmations.original, row.id, row.original),
        text: cipher.open(confirmations.text, row.id, row.text),
        confirmedAt: row.confirmedAt,
      },
    ]),
  )
}

function opened(cipher: Cipher, row: typeof records.$inferSelect): StoredRecord {
  return {
    category: row.category,
    subject: row.subject ? cipher.open(records.subject, row.id, row.subject) : undefined,
    label: row.label ? cipher.open(records.label, row.id, row.label) : undefined,
    targetBytes: row.targetBytes ?? undefined,
  }
}
