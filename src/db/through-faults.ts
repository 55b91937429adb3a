import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { isTransientFault } from './faults.ts'

/**
 * Runs a statement of a long piece of work again while the database is unavailable, for half a minute. A restart of the
 * database takes seconds. Shorter than the wait of the task engine: this work can be run again.
 *
 * Rejects with the signal's reason when aborted.
 */
export function throughFaults(signal: AbortSignal | undefined): <T>(statement: () => Promise<T>) => Promise<T> {
  return statement =>
    policy.execute(() => {
      signal?.throwIfAborted()
      return statement()
    }, signal)
}

const policy = retry(handleWhen(isTransientFault), {
  maxAttempts: 20,
  backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 2_000 }),
})
