import type { Queries } from './client.ts'
import { type Cipher, DecryptionFailed, keyIdOf } from './encrypted.ts'
import { type SealedSource, type SealedValue, sealedTable } from './sealed-table.ts'

/** Rows opened at each end of each table: keys change with time, and so do the ids that rows are ordered by. */
const sampleRows = 20

/** What the sealed values of a database show about the given keys. */
export interface KeyFindings {
  /** Keys that stored values name and that were not given. */
  missing: string[]
  /** Given keys that open none of the values that name them: the id is right, the key is another one. */
  wrong: string[]
  /** No value can be opened, though there are some. */
  nothingOpens: boolean
}

/** Whether the database has a sealed value. */
export async function hasSealedValues(queries: Queries, tables: readonly SealedSource[]): Promise<boolean> {
  for (const source of tables) if ((await sealedTable(queries, source).some('first', 1)).length > 0) return true
  return false
}

/**
 * Opens the oldest and the newest values of each table with these keys; without keys, every key that a value names is
 * missing.
 *
 * A single value is no proof, since it may be damaged: a key counts as missing or wrong if the values of at least two
 * rows show it, or if no value at all can be opened. Takes a few short statements for each table, however large it is.
 */
export async function checkKeys(
  queries: Queries,
  cipher: Cipher | undefined,
  tables: readonly SealedSource[],
): Promise<KeyFindings> {
  const found = new Map<string, { opened: boolean; rows: Set<string> }>()
  for (const source of tables) {
    const table = sealedTable(queries, source)
    for (const end of ['first', 'last'] as const)
      for (const value of await table.some(end, sampleRows)) {
        const keyId = keyIdOf(value.stored)
        if (keyId === undefined) continue
        const seen = found.get(keyId) ?? { opened: false, rows: new Set() }
        seen.opened ||= opens(cipher, value)
        seen.rows.add(`${table.name} ${value.place.row}`)
        found.set(keyId, seen)
      }
  }
  const nothingOpens = found.size > 0 && Array.from(found.values()).every(({ opened }) => !opened)
  const useless = Array.from(found).filter(([, { opened, rows }]) => !opened && (rows.size > 1 || nothingOpens))
  const ids = useless.map(([id]) => id)
  const given = new Set(cipher?.keyIds)
  return { missing: ids.filter(id => !given.has(id)), wrong: ids.filter(id => given.has(id)), nothingOpens }
}

/** Without `onRefused`: no user asked for the sample. */
function opens(cipher: Cipher | undefined, { column, place, stored }: SealedValue): boolean {
  try {
    cipher?.reseal(column, place, stored)
    return cipher !== undefined
  } catch (error) {
    if (error instanceof DecryptionFailed) return false
    throw error
  }
}
