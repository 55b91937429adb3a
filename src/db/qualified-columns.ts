interface Dialect {
  buildSelection(fields: unknown, options?: { isSingleTable?: boolean }): unknown
}

/**
 * Makes drizzle name the table of every column that it selects.
 *
 * In a select over one table drizzle writes the columns of an `sql` template without their tables. Within a subquery
 * they then mean the subquery's own: `where "owner_id" = "owner_id"` is true of every row, and counts those of all
 * owners. So all our statements name their tables. Drizzle has no option for it; a test checks the statements.
 */
export function qualifyColumns<Queries extends object>(queries: Queries): Queries {
  // Transactions share the dialect.
  const dialect = Reflect.get(queries, 'dialect') as Dialect
  const buildSelection = dialect.buildSelection.bind(dialect)
  dialect.buildSelection = fields => buildSelection(fields, { isSingleTable: false })
  return queries
}
