import { desc, eq, inArray } from 'drizzle-orm'
import type { Static } from 'typebox'
import type { Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { idAfter } from '../../db/id-after.ts'
import type { OwnedTask } from '../../tasks/store/rows.ts'
import type { Category, SchoolLevel } from './category.ts'
import type { RecordInput } from './input.ts'
import { confirmations, records } from './tables.ts'

/** A record without its texts. */
export interface StoredRecord {
  category: Category
  subject: string | undefined
  label: string | undefined
  targetBytes: number | undefined
  /** It and the year are missing in records that are older than both (see `limitFor`). */
  schoolLevel: SchoolLevel | undefined
  schoolYear: number | undefined
  /** Subject or label can no longer be read. */
  damaged: boolean
}

/** What a teacher confirmed last. */
export interface Confirmation {
  output: number
  /** The version as the model wrote it. It and the text are empty when they can no longer be read. */
  original: string
  text: string
  /** Why it was confirmed although it has what the guide forbids. */
  despite: string | undefined
  confirmedAt: Date
  damaged: boolean
}

/** Part of the final transaction of their tasks. After a retried output the record already exists. */
export async function saveRecords(
  tx: Queries,
  cipher: Cipher,
  tasks: readonly { id: string; ownerId: string; createdAt: Date; input: Static<typeof RecordInput> }[],
): Promise<void> {
  const values = tasks.map(({ id, ownerId, createdAt, input }) => {
    const { category, subject, label, targetBytes, schoolLevel, schoolYear } = input
    return {
      id,
      ownerId,
      category,
      subject: subject === undefined ? null : cipher.seal(records.subject, { row: id, owner: ownerId }, subject),
      label: label === undefined ? null : cipher.seal(records.label, { row: id, owner: ownerId }, label),
      targetBytes: targetBytes ?? null,
      schoolLevel: schoolLevel ?? null,
      schoolYear: schoolYear ?? null,
      createdAt,
    }
  })
  await tx.insert(records).values(values).onConflictDoNothing()
}

/** The stored records of those of these tasks that have ended with text, by id. */
export async function keptRecords(
  tx: Queries,
  cipher: Cipher,
  owned: readonly OwnedTask[],
): Promise<Map<string, StoredRecord>> {
  if (owned.length === 0) return new Map()
  const owners = new Map(owned.map(({ id, ownerId }) => [id, ownerId]))
  const rows = await tx
    .select()
    .from(records)
    .where(inArray(records.id, [...owners.keys()]))
  return new Map(rows.map(row => [row.id, opened(cipher, owners.get(row.id) as string, row)]))
}

/**
 * Adds what the teacher confirmed; earlier confirmations stay. The record's task must be locked, so that the newest has the
 * greatest id.
 */
export async function confirmRecord(
  tx: Queries,
  cipher: Cipher,
  ownerId: string,
  recordId: string,
  { output, original, text, despite }: { output: number; original: string; text: string; despite?: string | undefined },
): Promise<void> {
  const [last] = await tx
    .select({ id: confirmations.id })
    .from(confirmations)
    .where(eq(confirmations.recordId, recordId))
    .orderBy(desc(confirmations.id))
    .limit(1)
  const id = idAfter(last?.id)
  const place = { row: id, owner: ownerId }
  await tx.insert(confirmations).values({
    id,
    recordId,
    ownerId,
    output,
    original: cipher.seal(confirmations.original, place, original),
    text: cipher.seal(confirmations.text, place, text),
    despite: despite === undefined ? null : cipher.seal(confirmations.despite, place, despite),
  })
}

/** The newest confirmation of each of these records that has one. */
export async function latestConfirmations(
  tx: Queries,
  cipher: Cipher,
  owned: readonly OwnedTask[],
): Promise<Map<string, Confirmation>> {
  if (owned.length === 0) return new Map()
  const owners = new Map(owned.map(({ id, ownerId }) => [id, ownerId]))
  const newest = tx
    .selectDistinctOn([confirmations.recordId], { id: confirmations.id })
    .from(confirmations)
    .where(inArray(confirmations.recordId, [...owners.keys()]))
    .orderBy(confirmations.recordId, desc(confirmations.id))
  const rows = await tx.select().from(confirmations).where(inArray(confirmations.id, newest))
  return new Map(
    rows.map(row => {
      const place = { row: row.id, owner: owners.get(row.recordId) ?? null }
      const original = cipher.tryOpen(confirmations.original, place, row.original)
      const text = cipher.tryOpen(confirmations.text, place, row.text)
      const despite = row.despite && cipher.tryOpen(confirmations.despite, place, row.despite)
      const damaged = original === undefined || text === undefined || despite === undefined
      const { output, confirmedAt } = row
      const texts = { original: original ?? '', text: text ?? '', despite: despite ?? undefined }
      return [row.recordId, { output, ...texts, confirmedAt, damaged }]
    }),
  )
}

function opened(cipher: Cipher, ownerId: string, row: typeof records.$inferSelect): StoredRecord {
  const place = { row: row.id, owner: ownerId }
  const subject = row.subject && cipher.tryOpen(records.subject, place, row.subject)
  const label = row.label && cipher.tryOpen(records.label, place, row.label)
  return {
    category: row.category,
    subject: subject ?? undefined,
    label: label ?? undefined,
    targetBytes: row.targetBytes ?? undefined,
    schoolLevel: row.schoolLevel ?? undefined,
    schoolYear: row.schoolYear ?? undefined,
    damaged: subject === undefined || label === undefined,
  }
}
