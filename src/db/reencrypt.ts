import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Queries } from './client.ts'
import { type Cipher, DecryptionFailed, sealedPrefix } from './encrypted.ts'
import { type ReencryptionReport, ReencryptionTally } from './reencryption-report.ts'
import { type RowKey, type SealedSource, type SealedTable, sealedTable } from './sealed-table.ts'
import { throughFaults } from './through-faults.ts'

export interface ReencryptOptions {
  queries: Queries
  /** Its newest key is the one under which every value is to be. */
  cipher: Cipher
  tables: readonly SealedSource[]
  /** How many rows one statement reads. */
  pageRows?: number
  signal?: AbortSignal
  /** Called at once, and after each page. */
  onProgress?(report: ReencryptionReport): void
}

/**
 * The first pass re-encrypts every value, the second finds none. More only while another process writes with an older
 * key.
 */
const maxPasses = 5

/**
 * Re-encrypts every value of the encrypted columns of `tables` that is not under the newest key and in the newest
 * format, while servers read and write.
 *
 * Nothing is lost: a value is replaced only if its bytes are still those that were read (compare and swap), so a
 * concurrent writer wins. Nothing waits: each statement is a short transaction of its own, on one row if it writes. In
 * memory are the keys of one page and one value. Stopped at any point, or run twice at once, it leaves each value under
 * one of the two keys; run again, it goes on with the rest. Values that cannot be read are counted and left as they
 * are.
 *
 * Rejects with the signal's reason when aborted; with the database's error when that is unavailable for half a minute.
 */
export async function reencrypt({
  queries,
  cipher,
  tables: pgTables,
  pageRows = 200,
  signal,
  onProgress,
}: ReencryptOptions): Promise<ReencryptionReport> {
  const tables = pgTables.map(table => sealedTable(queries, table))
  const tally = new ReencryptionTally(cipher, tables)
  const prefix = sealedPrefix(cipher.newestKeyId)
  const patiently = throughFaults(signal)

  async function walk(table: SealedTable): Promise<void> {
    // Rows added during the walk are left to the next pass: so this one ends.
    const last = await patiently(() => table.lastKey())
    if (!last) return
    for (let after: RowKey | undefined; ; ) {
      const page = await patiently(() => table.page({ after, last, limit: pageRows, prefix }))
      for (const { row, others } of page) for (const column of others) await renew(table, row, column)
      onProgress?.(tally.report())
      after = page.at(-1)?.row
      if (page.length < pageRows) return
    }
  }

  async function renew(table: SealedTable, row: RowKey, column: PgColumn): Promise<void> {
    const found = await patiently(() => table.read(row, column))
    if (found === undefined || beginsWith(found.stored, prefix)) return
    const { stored, place } = found
    let sealed: Uint8Array
    try {
      sealed = cipher.reseal(column, place, stored)
    } catch (error) {
      if (!(error instanceof DecryptionFailed)) throw error
      tally.unreadable(column, error)
      return
    }
    tally.older(column, stored)
    if (await patiently(() => table.swap(row, column, stored, sealed))) tally.reencrypted(column)
  }

  for (let pass = 1; pass <= maxPasses; pass++) {
    tally.beginPass()
    onProgress?.(tally.report())
    for (const table of tables) await walk(table)
    if (!tally.foundOlder) break
  }
  return tally.report()
}

function beginsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(0, prefix.byteLength).equals(prefix)
}
