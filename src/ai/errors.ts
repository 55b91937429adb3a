import { errorCode } from './frame.ts'
import { namedMember, type OptionalMember } from './named-member.ts'
import { retryAfterMs } from './retry-after.ts'

/** A completion that did not begin. */
export type UpstreamFault = Rejected | Unavailable

/** 4xx but 408 and 429, and 501: sending the same again cannot help. */
export interface Rejected {
  outcome: 'rejected'
  status: number
  detail: string
  /** The answer names this member of the request: the server may take the request without it. */
  member?: OptionalMember
}

/** A later attempt may work. */
export interface Unavailable {
  outcome: 'unavailable'
  reason: UnavailableReason
  status?: number
  detail: string
  /** When the upstream wants the next attempt, if it said so. */
  retryAfterMs?: number
  /** A retry soon is of no use: the upstream says so, or its answer or its silence shows it. */
  hopeless?: boolean
}

export type UnavailableReason =
  | 'rate-limited'
  /** 5xx. */
  | 'server-error'
  /** 408. */
  | 'request-timeout'
  /** It took the request and said nothing for too long: on a retry, a server that loads its model would begin again. */
  | 'headers-timeout'
  /** No connection, or one that broke before the headers. */
  | 'connection'
  /** No request was sent: see `Breaker`. */
  | 'circuit-open'

/** There was no answer. `upstreamFetch` throws it, with the code of what happened, such as `ECONNREFUSED`. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly code: string

  constructor(code: string) {
    super('no answer')
    this.code = code
  }
}

/** The answer is not 2xx. `upstreamFetch` throws it, since the SDK keeps nothing of most bodies. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly headers: Headers
  /** The beginning of the body. Never for logs or users: it may repeat the prompt or part of a key. */
  readonly body: string

  constructor(status: number, headers: Headers, body: string) {
    super(`refused with ${status}`)
    this.status = status
    this.headers = headers
    this.body = body
  }
}

/** OpenAI answers 429 for an empty account, but no wait helps. */
const hopelessCodes = new Set(['insufficient_quota', 'billing_hard_limit_reached'])

/**
 * What an error before the first byte of the answer means. The detail is for users: it names the status and the
 * provider's code, never its message, which may repeat the prompt or part of a key.
 *
 * @param sent the optional members of the request
 */
export function classify(error: unknown, sent: readonly OptionalMember[]): UpstreamFault {
  const refusal = causeOf(error, Refusal)
  if (!refusal) return unanswered(causeOf(error, NoAnswer))
  const { status, headers } = refusal
  if (status === 407) return { outcome: 'rejected', status, detail: proxyAnswered(status) }
  const body = parsed(refusal.body)
  const code = errorCode(body)
  const detail = `the model's server answered ${status}${code === undefined || code === String(status) ? '' : ` (${code})`}`
  if (status === 501 || (status !== 408 && status !== 429 && status < 500)) {
    const member = status === 400 || status === 422 ? namedMember(refusal.body, sent) : undefined
    return { outcome: 'rejected', status, detail, ...(member && { member }) }
  }
  return {
    outcome: 'unavailable',
    reason: status === 429 ? 'rate-limited' : status === 408 ? 'request-timeout' : 'server-error',
    status,
    detail,
    retryAfterMs: retryAfterMs(headers, body),
    hopeless: headers.get('x-should-retry') === 'false' || hopelessCodes.has(code ?? ''),
  }
}

function unanswered(noAnswer: NoAnswer | undefined): Unavailable {
  const { code } = noAnswer ?? {}
  if (code === 'UND_ERR_HEADERS_TIMEOUT')
    return {
      outcome: 'unavailable',
      reason: 'headers-timeout',
      detail:
        "the model's server did not begin to answer in time (UPSTREAM_HEADERS_SECONDS) and is not asked again, since it may be loading the model",
      hopeless: true,
    }
  const [, proxyCode] = /^PROXY_(.*)$/.exec(code ?? '') ?? []
  if (proxyCode) return withoutProxy(proxyCode)
  const detail = `the model's server could not be reached${code ? ` (${code})` : ''}`
  return { outcome: 'unavailable', reason: 'connection', detail }
}

/** `code` is the proxy's status, if it answered. */
function withoutProxy(code: string): Unavailable {
  const status = Number(code)
  if (!status) {
    const detail = `the proxy before the model's server could not be reached (${code})`
    return { outcome: 'unavailable', reason: 'connection', detail }
  }
  const hopeless = status >= 400 && status < 500 && status !== 408 && status !== 429
  return { outcome: 'unavailable', reason: 'connection', detail: proxyAnswered(status), hopeless }
}

function proxyAnswered(status: number): string {
  return `the proxy before the model's server answered ${status}`
}

/** The SDK wraps what its `fetch` throws. */
function causeOf<Kind>(error: unknown, kind: new (...args: never[]) => Kind): Kind | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof kind) return cause
  return undefined
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // Web pages and plain words have no code.
    return undefined
  }
}
