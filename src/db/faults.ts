import { DrizzleQueryError } from 'drizzle-orm'

/**
 * SQLSTATE classes of faults that pass: connection (08), transaction rollback such as a deadlock (40), insufficient
 * resources (53), not in the right state, such as locked or closed to connections (55), operator intervention such as a
 * restart (57), a read-only standby during a failover (25006), and a transaction that was idle or open for too long,
 * since this process hung (25P03, 25P04).
 */
const transientStates = /^(08|40|53|55|57)...$|^25(006|P03|P04)$/

/** Node's codes for a connection that could not be opened, or broke. */
const networkCodes =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/

/** There is no connection to the database: it is unavailable, or all connections stay in use. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
  readonly code = 'DATABASE_UNAVAILABLE'

  constructor(cause: unknown) {
    super('no connection to the database', { cause })
  }
}

/** SQLSTATE for a disk on which Postgres found no room; the embedded one says the same. */
const diskFull = '53100'

/** Whether the disk of the database is full: this write failed, and all others will until there is room. */
export function isDiskFull(error: unknown): boolean {
  for (let fault = error; fault instanceof Error; fault = fault.cause)
    if ('code' in fault && (fault.code === diskFull || fault.code === 'ENOSPC')) return true
  return false
}

/** The reason for a fault of the database, for a line of the log. */
export function reasonOf(error: unknown): string {
  return isDiskFull(error) ? 'the disk of the database is full' : 'the database does not answer'
}

/** Whether the fault came from the database, or from the connection to it, and passes. */
export function isDatabaseFault(error: unknown): boolean {
  return (error instanceof DrizzleQueryError || error instanceof DatabaseUnavailable) && isTransientFault(error)
}

/**
 * Whether the same statement may succeed later. True for faults that the database reports as temporary and for a
 * connection that could not be opened or broke; false for wrong SQL, violated constraints and our own mistakes.
 */
export function isTransientFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  for (let fault: unknown = error; fault instanceof Error; fault = fault.cause) {
    if ([TypeError, RangeError, ReferenceError, SyntaxError].some(mistake => fault instanceof mistake)) return false
    if (fault instanceof DatabaseUnavailable) continue
    if (!('code' in fault) || typeof fault.code !== 'string') continue
    // Only errors that the database itself sent have a severity.
    return 'severity' in fault ? transientStates.test(fault.code) : networkCodes.test(fault.code)
  }
  // The driver reports a connection that broke or did not come in time as an Error without a code.
  return true
}
