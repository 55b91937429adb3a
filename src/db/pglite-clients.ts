import { Mutex, type PGlite, type QueryOptions, types } from '@electric-sql/pglite'
import { PgliteStatements } from './pglite-statements.ts'

/** What Drizzle wants as Postgres writes it. Those without a name: numeric[], timestamp[], timestamptz[], interval[], date[]. */
const asWritten = [types.TIMESTAMP, types.TIMESTAMPTZ, types.INTERVAL, types.DATE, 1231, 1115, 1185, 1187, 1182]

type Statements = Pick<PGlite, 'query' | 'exec'>

/**
 * PGlite for Drizzle, whose statements are prepared, and for pg-boss, which seldom asks by itself. They want times in
 * different forms: Drizzle's parsers are PGlite's own here, since it would add those that are named with a statement to a copy of
 * the 300 that it has; pg-boss names those that were there.
 *
 * All go through here: one statement alone waits for a transaction that is open, and `close` for all that was asked for before.
 */
export function clientsOf(pglite: PGlite): { forDrizzle: PGlite; forJobs: Statements; close(): Promise<void> } {
  const parsers = Object.fromEntries(
    asWritten.flatMap(type => (pglite.parsers[type] ? [[type, pglite.parsers[type]]] : [])),
  )
  for (const type of asWritten) pglite.parsers[type] = text => text
  const alone = new Mutex()
  const forJobs: Statements = {
    query: (text, values, options) => alone.runExclusive(() => pglite.query(text, values, { ...options, parsers })),
    exec: (text, options) => alone.runExclusive(() => pglite.exec(text, { ...options, parsers })),
  }
  const statements = new PgliteStatements(pglite)
  const query: PGlite['query'] = (text, values, { parsers: _, ...options }: QueryOptions = {}) =>
    statements.query(text, values, options)
  const forDrizzle: Pick<PGlite, 'query' | 'transaction'> = {
    query: (...statement) =>
      alone.runExclusive(async () => {
        const results = await query(...statement)
        await pglite.syncToFs()
        return results as never
      }),
    transaction: run =>
      alone.runExclusive(() =>
        pglite.transaction(tx => {
          // PGlite says that it is too late.
          const queryIn: PGlite['query'] = (...statement) => (tx.closed ? tx.query : query)(...statement)
          return run({ ...tx, query: queryIn })
        }),
      ),
  }
  return {
    forDrizzle: forDrizzle as PGlite,
    forJobs,
    close: () => alone.runExclusive(() => pglite.close()),
  }
}
