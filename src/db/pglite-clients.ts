import { type PGlite, type QueryOptions, types } from '@electric-sql/pglite'

/** What Drizzle wants as Postgres writes it. Those without a name: numeric[], timestamp[], timestamptz[], interval[], date[]. */
const asWritten = [types.TIMESTAMP, types.TIMESTAMPTZ, types.INTERVAL, types.DATE, 1231, 1115, 1185, 1187, 1182]

type Statements = Pick<PGlite, 'query' | 'exec'>

/**
 * PGlite for Drizzle and for pg-boss, which want times in different forms.
 *
 * Drizzle names its parsers with each statement, and PGlite then adds them to a copy of the 300 that it has: that was 100 of the
 * 245 µs that `select 1` took. So Drizzle's are PGlite's own here, and pg-boss, which seldom asks by itself, names those that
 * were there.
 */
export function clientsOf(pglite: PGlite): { forDrizzle: PGlite; forJobs: Statements } {
  const parsers = Object.fromEntries(
    asWritten.flatMap(type => (pglite.parsers[type] ? [[type, pglite.parsers[type]]] : [])),
  )
  for (const type of asWritten) pglite.parsers[type] = text => text
  const forJobs: Statements = {
    query: (text, values, options) => pglite.query(text, values, { ...options, parsers }),
    exec: (text, options) => pglite.exec(text, { ...options, parsers }),
  }
  const forDrizzle = {
    query: unparsed(pglite),
    transaction: run => pglite.transaction(tx => run({ ...tx, query: unparsed(tx) })),
  } as Pick<PGlite, 'query' | 'transaction'>
  return { forDrizzle: forDrizzle as PGlite, forJobs }
}

/** Asks with the parsers that PGlite has, whatever is named. */
function unparsed(client: Pick<PGlite, 'query'>): PGlite['query'] {
  return (text, values, { parsers: _, ...options }: QueryOptions = {}) => client.query(text, values, options)
}
