import type { RawDatabase } from './raw-database.ts'

/** One stored value: `where` is a condition that finds its row. */
export interface StoredValue {
  table: string
  column: string
  where: string
}

/** Damage to the bytes of a stored value, as an SQL expression over the column. */
export const damages = {
  'its last byte': (column: string) =>
    `set_byte("${column}", length("${column}") - 1, get_byte("${column}", length("${column}") - 1) # 1)`,
  'the id of its key': (column: string) => `set_byte("${column}", 2, 122)`,
  'its length': (column: string) => `substring("${column}" from 1 for 20)`,
  'all of it': () => `''::bytea`,
  'its version': (column: string) => `set_byte("${column}", 0, 9)`,
}
export type Damage = keyof typeof damages

/** @throws when there is no such value */
export async function damage(raw: RawDatabase, value: StoredValue, what: Damage = 'its last byte'): Promise<void> {
  const { table, column, where } = value
  const rows = await raw.query(
    `update "${table}" set "${column}" = ${damages[what](column)}
     where "${column}" is not null and ${where} returning 1`,
  )
  if (rows.length === 0) throw new Error(`there is no ${table}.${column} where ${where}`)
}

/** Every encrypted column of the database, as `table.column`. */
export async function sealedColumns(raw: RawDatabase): Promise<string[]> {
  const rows = await raw.query(
    `select table_name || '.' || column_name as name from information_schema.columns
     where table_schema = 'public' and data_type = 'bytea' order by 1`,
  )
  return rows.map(({ name }) => String(name))
}
