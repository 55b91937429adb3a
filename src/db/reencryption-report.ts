import type { PgColumn } from 'drizzle-orm/pg-core'
import { type Cipher, type DecryptionFailed, keyIdOf } from './encrypted.ts'
import type { SealedTable } from './sealed-table.ts'

export interface ReencryptionReport {
  /** The id of the key under which every value is to be. */
  key: string
  /** How often all tables have been walked, this pass included. */
  passes: number
  columns: ColumnCounts[]
  /** Ids of keys that were not given, but are named by values that cannot be read. */
  missingKeys: string[]
  /** How many of the unreadable values name a given key, or none: they were changed. */
  damaged: number
  /**
   * The rows of damaged values, the first of them in each table; at most `maxDamagedRows`. Ids, and nothing of the
   * content.
   */
  damagedRows: DamagedRow[]
  /** Whether this pass found values in an older format. After the last pass: an older version still writes. */
  olderFormat: boolean
  /**
   * Ids of the older keys under which this pass found values. After the last pass: keys with which a process still
   * writes.
   */
  olderKeys: string[]
  /** Ids of the given keys that no value names any more; empty as long as there are older keys. */
  unusedKeys: string[]
}

export interface DamagedRow {
  table: string
  column: string
  /** The values of the primary key, joined by slashes. */
  row: string
}

/** Enough rows to see what is wrong; the counts give their number. */
export const maxDamagedRows = 100

/** The counts of one encrypted column. */
export interface ColumnCounts {
  table: string
  column: string
  reencrypted: number
  /** Values that no given key opens. They are left as they are. */
  unreadable: number
  /**
   * Values that this pass found under an older key; after the last one, not 0 means that they are still being written.
   */
  left: number
}

/** Whether every value is under the newest key. */
export function isComplete({ columns }: ReencryptionReport): boolean {
  return columns.every(({ unreadable, left }) => unreadable === 0 && left === 0)
}

/** Keeps the counts of a re-encryption. Of values it knows nothing but their key's id. */
export class ReencryptionTally {
  readonly #cipher: Cipher
  readonly #counts: Map<PgColumn, ColumnCounts>
  readonly #olderKeys = new Set<string>()
  /** Key ids of the unreadable values; few, as keys are. */
  readonly #namedKeys = new Set<string>()
  readonly #damagedRows: DamagedRow[] = []
  #olderFormat = false
  #damaged = 0
  #passes = 0

  constructor(cipher: Cipher, tables: readonly SealedTable[]) {
    this.#cipher = cipher
    this.#counts = new Map(
      tables.flatMap(({ name: table, columns }) =>
        columns.map(column => [column, { table, column: column.name, reencrypted: 0, unreadable: 0, left: 0 }]),
      ),
    )
  }

  /** Resets the findings of a pass; the counts of re-encrypted values stay. */
  beginPass(): void {
    this.#passes++
    this.#olderKeys.clear()
    this.#namedKeys.clear()
    this.#damaged = 0
    this.#damagedRows.length = 0
    this.#olderFormat = false
    for (const counts of this.#counts.values()) Object.assign(counts, { unreadable: 0, left: 0 })
  }

  /** Whether this pass has found a value to re-encrypt. */
  get foundOlder(): boolean {
    return this.#olderFormat || this.#olderKeys.size > 0
  }

  unreadable(column: PgColumn, { keyId, fault, table, row }: DecryptionFailed): void {
    this.#of(column).unreadable++
    if (keyId !== undefined) this.#namedKeys.add(keyId)
    if (fault === 'key-missing') return
    this.#damaged++
    if (this.#damagedRows.length < maxDamagedRows) this.#damagedRows.push({ table, column: column.name, row })
  }

  /** Counts a readable value that is not under the newest key, or not in the newest format. */
  older(column: PgColumn, stored: Uint8Array): void {
    this.#of(column).left++
    const keyId = keyIdOf(stored)
    if (keyId === this.#cipher.newestKeyId) this.#olderFormat = true
    else if (keyId !== undefined) this.#olderKeys.add(keyId)
  }

  reencrypted(column: PgColumn): void {
    this.#of(column).reencrypted++
  }

  report(): ReencryptionReport {
    const [key = '', ...older] = this.#cipher.keyIds
    const named = Array.from(this.#namedKeys)
    return {
      key,
      passes: this.#passes,
      columns: Array.from(this.#counts.values(), counts => ({ ...counts })),
      missingKeys: named.filter(id => !this.#cipher.keyIds.includes(id)),
      damaged: this.#damaged,
      damagedRows: [...this.#damagedRows],
      olderFormat: this.#olderFormat,
      olderKeys: Array.from(this.#olderKeys),
      unusedKeys: this.#olderKeys.size > 0 ? [] : older.filter(id => !this.#namedKeys.has(id)),
    }
  }

  #of(column: PgColumn): ColumnCounts {
    const counts = this.#counts.get(column)
    if (!counts) throw new TypeError(`${column.name} is not one of the columns`)
    return counts
  }
}
