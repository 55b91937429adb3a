import { ConstantBackoff, ExponentialBackoff, handleWhenResult, retry } from 'cockatiel'
import type { BegunCompletion, Completion } from './completion.ts'
import type { Unavailable, UnavailableReason } from './errors.ts'

export interface RetryLimits {
  /** Besides the first attempt. */
  maxRetries: number
  /** Doubles from one retry to the next. */
  retryDelayMs: number
  maxRetryDelayMs: number
  /** The longest wait that an upstream may ask for. */
  maxRetryAfterMs: number
}

/** The completion will be requested again. */
export interface Retry {
  /** From 1. */
  retry: number
  reason: UnavailableReason
  status?: number
  delayMs: number
}

export interface RetryOptions {
  signal: AbortSignal
  limits: RetryLimits
  /** Called when a wait begins; the function that it returns is called when that wait is over, however it ends. */
  onRetry(retry: Retry): () => void
  /** From 0 to 1. */
  random?: () => number
}

/**
 * Requests a completion again that could not begin. It retries only `unavailable`, so there was no text yet, and not what is
 * hopeless, such as a server that took the request and then said nothing for too long.
 *
 * It waits `retryDelayMs`, then twice as long each time (by default 2, 4, 8 ... s), each times a random factor between 0.5 and 1.5, or as long as the upstream asks for plus up to a
 * tenth, so that many do not return at once. An upstream that asks for more than `maxRetryAfterMs` ends the retries at
 * once, and the detail says when to return. Aborting ends a wait at once, as `aborted`.
 */
export function withRetries(
  begin: () => Promise<BegunCompletion | Completion>,
  { signal, limits, onRetry, random = Math.random }: RetryOptions,
): Promise<BegunCompletion | Completion> {
  const backoff = new ExponentialBackoff<number>({
    initialDelay: limits.retryDelayMs,
    maxDelay: limits.maxRetryDelayMs,
    generator: (retries = 0, { initialDelay, maxDelay, exponent }) => {
      const jittered = initialDelay * exponent ** retries * (0.5 + random())
      return [Math.min(jittered, maxDelay), retries + 1]
    },
  })
  let next = backoff.next()
  let last: Unavailable | undefined
  const wait = async (retries: number, { reason, status, retryAfterMs }: Unavailable) => {
    const delayMs = Math.round(retryAfterMs === undefined ? next.duration : retryAfterMs * (1 + random() / 10))
    next = next.next(undefined)
    const over = onRetry({ retry: retries, reason, status, delayMs })
    await pause(delayMs, signal)
    over()
  }
  // The policy decides whether and how often to retry. Its own delay cannot be cut short, so the wait is ours.
  const policy = retry(
    handleWhenResult(result => worthRetrying(result as BegunCompletion | Completion, limits)),
    { maxAttempts: limits.maxRetries, backoff: new ConstantBackoff(0) },
  )
  return policy.execute(async ({ attempt }) => {
    if (last) await wait(attempt, last)
    if (signal.aborted) return { outcome: 'aborted' }
    const begun = await begin()
    last = begun.outcome === 'unavailable' ? begun : undefined
    return last ? { ...last, detail: explained(last, attempt, limits) } : begun
  }, signal)
}

/** Resolves early when `signal` is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    // A timer takes no more than this: beyond it, it would fire at once.
    const timer = setTimeout(end, Math.min(ms, 2 ** 31 - 1))
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}

function worthRetrying(begun: BegunCompletion | Completion, { maxRetryAfterMs }: RetryLimits): boolean {
  if (begun.outcome !== 'unavailable' || begun.hopeless) return false
  return begun.reason !== 'circuit-open' && (begun.retryAfterMs ?? 0) <= maxRetryAfterMs
}

/** What the user reads if no retry follows. */
function explained({ detail, retryAfterMs }: Unavailable, retries: number, limits: RetryLimits): string {
  const tried = retries > 0 ? `, ${retries + 1} times in a row` : ''
  const again =
    (retryAfterMs ?? 0) > limits.maxRetryAfterMs ? `; try again in ${Math.ceil((retryAfterMs ?? 0) / 1000)} s` : ''
  return `${detail}${tried}${again}`
}
