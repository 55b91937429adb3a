import { setTimeout as delay } from 'node:timers/promises'

/** The work of a process with its driver: transactions of two statements, single statements, or both in turn. */
export type Work = 'transactions' | 'statements' | 'mixed'

/** A pool of ten connections, as its driver is used. */
export interface Driver {
  /** Calls `run` between begin and commit, or rollback. */
  transaction(run: (execute: (statement: string) => Promise<unknown>) => Promise<unknown>): Promise<unknown>
  /** Runs a single statement. */
  execute(statement: string): Promise<unknown>
}

/** The outcome of the work of a process whose backends were terminated or frozen. */
export interface Fates {
  /** The numbers of the pieces that were reported as committed. */
  committed: number[]
  failed: number
  neverSettled: number
  laterAnswered: number
  laterFailed: number
  laterHung: number
  uncaught: number
}

const laterQueries = 10
/** Work that has not settled by then never does: all of it takes a second, and a driver's own limit is one. */
const patienceMs = 15_000
const laterPatienceMs = 5_000

/**
 * Starts all of the work at once and prints its outcome, as JSON, for the bench that started this process. Errors that
 * cannot be caught, such as one that is thrown from a timer, are counted and do not end the process.
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
  const pieces = Number(process.env.PIECES)
  const work = process.env.WORK as Work
  const settled = Array.from({ length: pieces }, (_, number) => {
    const single = work === 'statements' || (work === 'mixed' && number % 2 === 0)
    return (single ? statement(driver, number) : transaction(driver, number)).then(
      () => fates.committed.push(number),
      () => fates.failed++,
    )
  })
  await Promise.race([Promise.all(settled), delay(patienceMs)])
  fates.neverSettled = pieces - fates.committed.length - fates.failed
  const later = Array.from({ length: laterQueries }, () =>
    driver.execute('select 1').then(
      () => fates.laterAnswered++,
      () => fates.laterFailed++,
    ),
  )
  await Promise.race([Promise.all(later), delay(laterPatienceMs)])
  fates.laterHung = laterQueries - fates.laterAnswered - fates.laterFailed
  console.log(JSON.stringify(fates))
  process.exit(0)
}

function transaction(driver: Driver, number: number): Promise<unknown> {
  return driver.transaction(async execute => {
    await execute(`insert into written values (${number})`)
    // Idle in the transaction, as while a process computes something.
    await delay(50)
    await execute(`insert into written values (${number})`)
  })
}

/** Both rows with one statement, which takes as long as the transaction. */
function statement(driver: Driver, number: number): Promise<unknown> {
  return driver.execute(`insert into written select ${number} from generate_series(1, 2), pg_sleep(0.05)`)
}
