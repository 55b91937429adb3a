/**
 * SQLSTATE classes that pass by themselves: connection (08), transaction rollback such as a deadlock (40), insufficient
 * resources (53), a state such as being locked or closed to connections (55), operator intervention such as a restart
 * (57), and a read-only standby during a failover (25006).
 */
const transientStates = /^(08|40|53|55|57)...$|^25006$/

/**
 * Whether the same statement may succeed later. True for what the database says is temporary and for a connection that
 * could not be had or broke; false for wrong SQL, violated constraints and our own mistakes.
 */
export function isTransientFault(error: unknown): boolean {
  for (let fault = error; fault instanceof Error; fault = fault.cause) {
    if (fault instanceof TypeError || fault instanceof RangeError || fault instanceof ReferenceError) return false
    // Only errors that the database itself sent have a severity; `code` alone may be Node's EPIPE.
    if ('severity' in fault && 'code' in fault) return transientStates.test(String(fault.code))
    if ('code' in fault && ownCode.test(String(fault.code))) return false
  }
  return true
}

/** Our own errors have codes such as DECRYPTION_FAILED; Node's network errors begin with E. */
const ownCode = /^(?!E[A-Z]+(_|$))[A-Z]+(_[A-Z]+)+$/
