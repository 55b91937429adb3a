import { Mutex, type PGlite, type QueryOptions, types } from '@electric-sql/pglite'
import { PgliteStatements } from './pglite-statements.ts'
import { PgliteVacuum } from './pglite-vacuum.ts'

/**
 * Types that drizzle wants as Postgres writes them. Those without a name: numeric[], timestamp[], timestamptz[],
 * interval[], date[].
 */
const asWritten = [types.TIMESTAMP, types.TIMESTAMPTZ, types.INTERVAL, types.DATE, 1231, 1115, 1185, 1187, 1182]

type Statements = Pick<PGlite, 'query' | 'exec'>

/**
 * PGlite for Drizzle, whose statements are prepared, and for pg-boss, which sends few. They want times in different
 * forms. Drizzle's parsers are set as PGlite's own, since a statement with parsers of its own copies all 300 of
 * PGlite's; pg-boss names the original ones.
 *
 * All statements pass through here: a single statement waits for an open transaction, and `close` for all statements
 * before it.
 *
 * @param onFault called with faults of maintenance, which no caller awaits
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
          // PGlite throws that it is too late.
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
