import { and, asc, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import type { Queries } from './client.ts'
import { isEncrypted } from './encrypted.ts'

/** Tells a row of its table: the values of the primary key, in the key's order. */
export type RowKey = readonly unknown[]

/** A table with encrypted columns, walked in the order of its primary key. Each method is one short statement. */
export interface SealedTable {
  readonly name: string
  readonly columns: readonly PgColumn[]
  /** The highest key there is; undefined when the table is empty. */
  lastKey(): Promise<RowKey | undefined>
  /** The next rows, each with those of its columns whose value does not begin with `prefix`. Reads no value as a whole. */
  page(range: { after?: RowKey; last: RowKey; limit: number; prefix: Uint8Array }): Promise<PagedRow[]>
  /** The stored bytes; undefined when there is no value, or no row, any more. */
  read(row: RowKey, column: PgColumn): Promise<Uint8Array | undefined>
  /** Compare and swap: false, with nothing written, when the stored bytes are no longer `from`. */
  swap(row: RowKey, column: PgColumn, from: Uint8Array, to: Uint8Array): Promise<boolean>
}

export interface PagedRow {
  readonly row: RowKey
  readonly others: readonly PgColumn[]
}

/** As values are bound to their rows by all that seals: the values of the primary key, joined by slashes. */
export function rowId(row: RowKey): string {
  return row.join('/')
}

/** @throws TypeError when the table has no primary key */
export function sealedTable(queries: Queries, table: PgTable): SealedTable {
  const { name, columns: all, primaryKeys } = getTableConfig(table)
  const columns = all.filter(isEncrypted)
  const key = primaryKeys[0]?.columns ?? all.filter(({ primary }) => primary)
  if (key.length === 0) throw new TypeError(`${name} has no primary key`)
  const properties = new Map(Object.entries(getTableColumns(table)).map(([property, column]) => [column, property]))

  const keyFields: Record<string, PgColumn> = Object.fromEntries(key.map((column, index) => [`key${index}`, column]))
  const keyOf = (fields: Record<string, unknown>): RowKey => key.map((_, index) => fields[`key${index}`])
  const thisRow = (row: RowKey) => and(...key.map((column, index) => eq(column, row[index])))
  const tuple = (parts: SQL[]) => sql`(${sql.join(parts, sql`, `)})`
  const keyTuple = tuple(key.map(column => sql`${column}`))
  const rowTuple = (row: RowKey) => tuple(key.map((column, index) => sql`${sql.param(row[index], column)}`))

  return {
    name,
    columns,

    async lastKey() {
      const [row] = await queries
        .select(keyFields)
        .from(table)
        .orderBy(...key.map(column => desc(column)))
        .limit(1)
      return row && keyOf(row)
    },

    async page({ after, last, limit, prefix }) {
      const isOther = (column: PgColumn) =>
        sql<boolean | null>`substring(${column} from 1 for ${sql.raw(`${prefix.byteLength}`)}) <> ${prefix}`
      const others = Object.fromEntries(columns.map((column, index) => [`other${index}`, isOther(column)]))
      const rows: Record<string, unknown>[] = await queries
        .select({ ...keyFields, ...others })
        .from(table)
        .where(and(after && sql`${keyTuple} > ${rowTuple(after)}`, sql`${keyTuple} <= ${rowTuple(last)}`))
        .orderBy(...key.map(column => asc(column)))
        .limit(limit)
      return rows.map(row => ({
        row: keyOf(row),
        others: columns.filter((_, index) => row[`other${index}`] === true),
      }))
    },

    async read(row, column) {
      const [found] = await queries.select({ value: column }).from(table).where(thisRow(row))
      return (found?.value as Uint8Array | null | undefined) ?? undefined
    },

    async swap(row, column, from, to) {
      const swapped = await queries
        .update(table)
        .set({ [properties.get(column) as string]: to })
        .where(and(thisRow(row), eq(column, from)))
        .returning(keyFields)
      return swapped.length > 0
    },
  }
}
