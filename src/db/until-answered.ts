import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { isTransientFault } from './faults.ts'

const policy = retry(handleWhen(isTransientFault), {
  maxAttempts: Number.MAX_SAFE_INTEGER,
  backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 5_000 }),
})

/**
 * Again and again until the database is back: for what must not be lost because it is away. `work` is told how often it
 * was tried before, and must be safe to begin anew.
 *
 * @throws what is no transient fault; the last fault once `signal` is aborted
 */
export function untilAnswered<T>(work: (retries: number) => Promise<T>, signal: AbortSignal): Promise<T> {
  return policy.execute(({ attempt }) => work(attempt), signal)
}
