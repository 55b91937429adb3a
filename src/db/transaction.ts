import type { ExtractTablesWithRelations } from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT, PgTransactionConfig } from 'drizzle-orm/pg-core'

type NoSchema = Record<string, never>
type DrizzleDatabase = PgDatabase<PgQueryResultHKT, NoSchema, ExtractTablesWithRelations<NoSchema>>

/** Runs statements: the database itself or a transaction on it. A function that may join a transaction takes one of these. */
export type Queries = Omit<DrizzleDatabase, 'transaction'> & {
  /** Commits when `run` resolves and rolls back when it rejects; inside another transaction it is a savepoint. */
  transaction<T>(run: (tx: Transaction) => Promise<T>, config?: PgTransactionConfig): Promise<T>
}

/** Statements that are committed as one, and their effects in this process. */
export interface Transaction extends Queries {
  /**
   * Runs `effect` once this transaction has committed, in the order of the calls; never when it, or the savepoint in
   * which this was called, rolls back. The promise of the transaction settles after the effects have. An effect that
   * fails is reported and changes nothing: the transaction stays committed.
   *
   * For actions of this process that it would otherwise take later: wake a poller, stop an attempt, notify readers. It
   * does not run when the process dies after the commit, or when the answer to the commit is lost.
   */
  afterCommit(effect: Effect): void
}

export type Effect = () => unknown

/** Gives the transactions of a database their `afterCommit`. `onFault` is called with the error of a failed effect. */
export function withEffects(database: DrizzleDatabase, onFault: (error: Error) => void): Queries {
  const begin = database.transaction.bind(database)
  const queries = database as unknown as Queries
  queries.transaction = async (run, config) => {
    const effects: Effect[] = []
    const result = await begin(tx => run(collecting(tx, effects)), config)
    for (const effect of effects) {
      try {
        await effect()
      } catch (error) {
        onFault(error instanceof Error ? error : new Error('an effect of a transaction failed', { cause: error }))
      }
    }
    return result
  }
  return queries
}

/** `tx`, which adds to `effects`; a savepoint adds its own once it is released. */
function collecting(tx: DrizzleDatabase, effects: Effect[]): Transaction {
  const begin = tx.transaction.bind(tx)
  return Object.assign(tx as unknown as Transaction, {
    afterCommit: (effect: Effect) => void effects.push(effect),
    async transaction<T>(run: (tx: Transaction) => Promise<T>, config?: PgTransactionConfig): Promise<T> {
      const inner: Effect[] = []
      const result = await begin(savepoint => run(collecting(savepoint, inner)), config)
      effects.push(...inner)
      return result
    },
  })
}
