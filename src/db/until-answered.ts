import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { isTransientFault } from './faults.ts'

const policy = retry(handleWhen(isTransientFault), {
  maxAttempts: Number.MAX_SAFE_INTEGER,
  backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 5_000 }),
})

/**
 * Repeats `work` until the database is available: for results that an outage must not lose. `work` gets the number of
 * earlier tries, and must be safe to begin again.
 *
 * @throws an error that is no transient fault; the last fault once `signal` is aborted
 */
export function untilAnswered<T>(work: (retries: number) => Promise<T>, signal: AbortSignal): Promise<T> {
  return policy.execute(({ attempt }) => work(attempt), signal)
}
