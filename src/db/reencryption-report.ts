import type { PgColumn } from 'drizzle-orm/pg-core'
import { type Cipher, type DecryptionFailed, keyIdOf } from './encrypted.ts'
import type { SealedTable } from './sealed-table.ts'

export interface ReencryptionReport {
  /** The id of the key under which everything is to be. */
  key: string
  /** How often all tables have been gone through, this time included. */
  passes: number
  columns: ColumnCounts[]
  /** Ids of keys that were not given, but are named by values that cannot be read. */
  missingKeys: string[]
  /** How many of the values that cannot be read name a given key, or none: they were changed. */
  damaged: number
  /** Ids of the older keys under which this pass found values. After the last one: keys that something still writes with. */
  olderKeys: string[]
  /** Ids of the given keys that no value names any more; empty as long as there are older keys. */
  unusedKeys: string[]
}

/** What happened to the values of one encrypted column. */
export interface ColumnCounts {
  table: string
  column: string
  reencrypted: number
  /** Values that no given key opens. They are left as they are. */
  unreadable: number
  /** Values that this pass found under an older key; after the last one, not 0 means that they are still being written. */
  left: number
}

/** Whether every value is under the newest key. */
export function isComplete({ columns }: ReencryptionReport): boolean {
  return columns.every(({ unreadable, left }) => unreadable === 0 && left === 0)
}

/** Keeps the counts of a re-encryption. Of values it learns nothing but their key's id. */
export class ReencryptionTally {
  readonly #cipher: Cipher
  readonly #counts: Map<PgColumn, ColumnCounts>
  readonly #olderKeys = new Set<string>()
  /** Of the values that cannot be read; few, as keys are. */
  readonly #namedKeys = new Set<string>()
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

  /** What was found before is looked for again; what was done stays done. */
  beginPass(): void {
    this.#passes++
    this.#olderKeys.clear()
    this.#namedKeys.clear()
    this.#damaged = 0
    for (const counts of this.#counts.values()) Object.assign(counts, { unreadable: 0, left: 0 })
  }

  unreadable(column: PgColumn, { keyId }: DecryptionFailed): void {
    this.#of(column).unreadable++
    if (keyId !== undefined) this.#namedKeys.add(keyId)
    if (keyId === undefined || this.#cipher.keyIds.includes(keyId)) this.#damaged++
  }

  /** A value that can be read and is not under the newest key. */
  older(column: PgColumn, stored: Uint8Array): void {
    this.#of(column).left++
    const keyId = keyIdOf(stored)
    if (keyId !== undefined) this.#olderKeys.add(keyId)
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
