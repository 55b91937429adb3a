import { setTimeout as delay } from 'node:timers/promises'

/** A pool of ten connections, as its driver is used. */
export interface Driver {
  /** `run` within begin and commit, or rollback. */
  transaction(run: (execute: (statement: string) => Promise<unknown>) => Promise<unknown>): Promise<unknown>
  /** A statement by itself. */
  ask(): Promise<unknown>
}

/** What became of the transactions of a process whose backends were terminated. */
export interface Fates {
  /** The numbers of those that were said to be. */
  committed: number[]
  failed: number
  neverSettled: number
  laterAnswered: number
  laterFailed: number
  laterHung: number
  uncaught: number
}

const laterQueries = 10
/** Whatever has not settled by then, never does: all that is done here takes a second. */
const patienceMs = 15_000
const laterPatienceMs = 5_000

/**
 * Begins transactions, all at once, and prints what became of them, as JSON, for the bench that started this process. Errors
 * that nobody can catch, as one that is thrown from a timer, are counted instead of ending it.
 */
export async function transact(driver: Driver): Promise<void> {
  const fates: Fates = {
    committed: [],
    failed: 0,
    neverSettled: 0,
    laterAnswered: 0,
    laterFailed: 0,
    laterHung: 0,
    uncaught: 0,
  }
  process.on('uncaughtException', error => {
    fates.uncaught++
    process.stderr.write(`${process.env.NAME}, uncaught: ${error.stack?.split('\n', 2).join('')}\n`)
  })
  const transactions = Number(process.env.TRANSACTIONS)
  const settled = Array.from({ length: transactions }, (_, number) =>
    driver
      .transaction(async execute => {
        await execute(`insert into written values (${number})`)
        // Idle in the transaction, as while something is computed.
        await delay(50)
        await execute(`insert into written values (${number})`)
      })
      .then(
        () => fates.committed.push(number),
        () => fates.failed++,
      ),
  )
  await Promise.race([Promise.all(settled), delay(patienceMs)])
  fates.neverSettled = transactions - fates.committed.length - fates.failed
  const later = Array.from({ length: laterQueries }, () =>
    driver.ask().then(
      () => fates.laterAnswered++,
      () => fates.laterFailed++,
    ),
  )
  await Promise.race([Promise.all(later), delay(laterPatienceMs)])
  fates.laterHung = laterQueries - fates.laterAnswered - fates.laterFailed
  console.log(JSON.stringify(fates))
  process.exit(0)
}
