import { APIError } from 'openai'
import { errorCode } from './frame.ts'
import { retryAfterMs } from './retry-after.ts'

/** A completion that did not begin. */
export type UpstreamFault =
  /** 4xx but 408 and 429, and 501: sending the same again cannot help. */
  { outcome: 'rejected'; status: number; detail: string } | Unavailable

/** Later it may work. */
export interface Unavailable {
  outcome: 'unavailable'
  reason: UnavailableReason
  status?: number
  detail: string
  /** When the upstream wants to be asked again, if it said so. */
  retryAfterMs?: number
  /** The upstream, or what it answered, says that asking again soon is of no use. */
  hopeless?: boolean
}

export type UnavailableReason =
  | 'rate-limited'
  /** 5xx. */
  | 'server-error'
  /** 408. */
  | 'request-timeout'
  | 'headers-timeout'
  /** No connection, or one that broke before the headers. */
  | 'connection'
  /** Not asked at all: see `Breaker`. */
  | 'circuit-open'

/** There was no answer: thrown by `upstreamFetch`, with the code of what happened, such as `ECONNREFUSED`. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly code: string

  constructor(code: string) {
    super('no answer')
    this.code = code
  }
}

/** An empty account is a 429 at OpenAI, but no wait helps. */
const hopelessCodes = new Set(['insufficient_quota', 'billing_hard_limit_reached'])

/**
 * What an error before the first byte of the answer means. The detail is for users: it names the status and the
 * provider's code, never its message, which may repeat the prompt or part of a key.
 */
export function classify(error: unknown): UpstreamFault {
  if (!(error instanceof APIError) || error.status === undefined) return unanswered(error)
  const { status } = error
  const code = errorCode(error.error)
  const detail = `the model's server answered ${status}${code === undefined || code === String(status) ? '' : ` (${code})`}`
  if (status === 501 || (status !== 408 && status !== 429 && status < 500))
    return { outcome: 'rejected', status, detail }
  return {
    outcome: 'unavailable',
    reason: status === 429 ? 'rate-limited' : status === 408 ? 'request-timeout' : 'server-error',
    status,
    detail,
    retryAfterMs: retryAfterMs(error.headers, error.error),
    hopeless: error.headers?.get('x-should-retry') === 'false' || hopelessCodes.has(code ?? ''),
  }
}

function unanswered(error: unknown): Unavailable {
  const code = noAnswer(error)?.code
  if (code === 'UND_ERR_HEADERS_TIMEOUT')
    return {
      outcome: 'unavailable',
      reason: 'headers-timeout',
      detail: "the model's server did not begin to answer in time",
    }
  const detail = `the model's server could not be reached${code ? ` (${code})` : ''}`
  return { outcome: 'unavailable', reason: 'connection', detail }
}

/** The SDK wraps what its `fetch` throws. */
function noAnswer(error: unknown): NoAnswer | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof NoAnswer) return cause
  return undefined
}
