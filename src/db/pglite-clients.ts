import { Mutex, type PGlite, type QueryOptions, types } from '@electric-sql/pglite'
import { PgliteStatements } from './pglite-statements.ts'
import { PgliteVacuum } from './pglite-vacuum.ts'

/** What Drizzle wants as Postgres writes it. Those without a name: numeric[], timestamp[], timestamptz[], interval[], date[]. */
const asWritten = [types.TIMESTAMP, types.TIMESTAMPTZ, types.INTERVAL, types.DATE, 1231, 1115, 1185, 1187, 1182]

type Statements = Pick<PGlite, 'query' | 'exec'>

/**
 * PGlite for Drizzle, whose statements are prepared, and for pg-boss, which seldom asks by itself. They want times in
 * different forms: Drizzle's parsers are PGlite's own here, since it would add those that are named with a statement to a copy of
 * the 300 that it has; pg-boss names those that were there.
 *
 * All go through here: one statement alone waits for a transaction that is open, and `close` for all that was asked for before.
 *
 * @param onFault told of what fails that nobody asked for
 */
export function clientsOf(
  pglite: PGlite,
  onFault: (error: Error) => void,
): { forDrizzle: PGlite; forJobs: Statements; close(): Promise<void> } {
  const parsers = Object.fromEntries(
    asWritten.flatMap(type => (pglite.parsers[type] ? [[type, pglite.parsers[type]]] : [])),
  )
  for (const type of asWritten) pglite.parsers[type] = text => text
  const mutex = new Mutex()
  const vacuum = new PgliteVacuum(
    statement => mutex.runExclusive(async () => (pglite.closed ? [] : (await pglite.query(statement)).rows)),
    onFault,
  )
  const alone = async <Done>(work: () => Promise<Done>): Promise<Done> => {
    const done = await mutex.runExclusive(work)
    vacuum.noteUse()
    return done
  }
  const forJobs: Statements = {
    query: (text, values, options) => alone(() => pglite.query(text, values, { ...options, parsers })),
    exec: (text, options) => alone(() => pglite.exec(text, { ...options, parsers })),
  }
  const statements = new PgliteStatements(pglite)
  const query: PGlite['query'] = (text, values, { parsers: _, ...options }: QueryOptions = {}) =>
    statements.query(text, values, options)
  const forDrizzle: Pick<PGlite, 'query' | 'transaction'> = {
    query: (...statement) =>
      alone(async () => {
        const results = await query(...statement)
        await pglite.syncToFs()
        return results as never
      }),
    transaction: run =>
      alone(() =>
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
    close: () => mutex.runExclusive(() => pglite.close()),
  }
}
