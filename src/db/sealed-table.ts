import { and, asc, desc, eq, getTableColumns, isNotNull, or, type SQL, sql } from 'drizzle-orm'
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import type { Queries } from './client.ts'
import { isEncrypted, type Place } from './encrypted.ts'

/** Identifies a row within its table: the values of the primary key, in the key's order. */
export type RowKey = readonly unknown[]

/** A table with encrypted columns, and the owner of its rows. */
export interface SealedSource {
  readonly table: PgTable
  /** The column with the owner's id; none when the rows have no owner. */
  readonly owner?: PgColumn
  /** Tables to join when the owner's column is in another table. */
  readonly through?: readonly { readonly table: PgTable; readonly on: SQL }[]
}

/** A table with encrypted columns, walked in the order of its primary key. Each method is one short statement. */
export interface SealedTable {
  readonly name: string
  readonly columns: readonly PgColumn[]
  /** The highest existing key; undefined when the table is empty. */
  lastKey(): Promise<RowKey | undefined>
  /**
   * The next rows, each with those of its columns whose value does not begin with `prefix`. Reads no value as a whole.
   */
  page(range: { after?: RowKey; last: RowKey; limit: number; prefix: Uint8Array }): Promise<PagedRow[]>
  /** The stored bytes and their place; undefined when the value or the row no longer exists. */
  read(row: RowKey, column: PgColumn): Promise<{ stored: Uint8Array; place: Place } | undefined>
  /** Rows with values at one end of the table: all their values, with their places. */
  some(end: 'first' | 'last', limit: number): Promise<SealedValue[]>
  /** Compare and swap: false, with nothing written, when the stored bytes are no longer `from`. */
  swap(row: RowKey, column: PgColumn, from: Uint8Array, to: Uint8Array): Promise<boolean>
}

export interface PagedRow {
  readonly row: RowKey
  readonly others: readonly PgColumn[]
}

export interface SealedValue {
  readonly column: PgColumn
  readonly place: Place
  readonly stored: Uint8Array
}

/** The row's id in `Place`: the values of the primary key, joined by slashes. */
export function rowId(row: RowKey): string {
  return row.join('/')
}

/** @throws TypeError when the table has no primary key */
export function sealedTable(queries: Queries, { table, owner, through = [] }: SealedSource): SealedTable {
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
  const placeOf = (fields: Record<string, unknown>): Place => ({
    row: rowId(keyOf(fields)),
    owner: (fields.owner as string | undefined) ?? null,
  })
  // In a statement with joins drizzle qualifies the columns.
  const withOwner = (fields: Record<string, PgColumn>) => {
    const query = queries
      .select({ ...fields, ...(owner && { owner }) })
      .from(table)
      .$dynamic()
    for (const join of through) query.innerJoin(join.table, join.on)
    return query
  }
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
      const [found]: Record<string, unknown>[] = await withOwner({ ...keyFields, value: column }).where(thisRow(row))
      const stored = found?.value as Uint8Array | null | undefined
      return found && stored ? { stored, place: placeOf(found) } : undefined
    },

    async some(end, limit) {
      const fields = Object.fromEntries(columns.map((column, index) => [`value${index}`, column]))
      const order = key.map(column => (end === 'first' ? asc(column) : desc(column)))
      const rows: Record<string, unknown>[] = await withOwner({ ...keyFields, ...fields })
        .where(or(...columns.map(column => isNotNull(column))))
        .orderBy(...order)
        .limit(limit)
      return rows.flatMap(row =>
        columns.flatMap((column, index) => {
          const stored = row[`value${index}`] as Uint8Array | null
          return stored ? [{ column, place: placeOf(row), stored }] : []
        }),
      )
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
