import { APIConnectionError, APIError } from 'openai'

/** A completion that did not begin. */
export type UpstreamFault =
  /** 4xx but 429: sending the same again cannot help. */
  | { outcome: 'rejected'; status: number; detail: string }
  /** 429, 5xx, connect errors and resets before the headers, header timeout: later it may work. */
  | { outcome: 'unavailable'; status?: number; detail: string }

/**
 * What an error before the first byte of the answer means. The detail is for users: it names the status and the
 * provider's code, never its message, which may repeat the prompt or part of a key.
 */
export function classify(error: unknown): UpstreamFault {
  if (error instanceof APIError && error.status !== undefined) {
    const { status } = error
    const detail = `the model's server answered ${status}${code(error)}`
    const temporary = status === 408 || status === 429 || status >= 500
    return { outcome: temporary ? 'unavailable' : 'rejected', status, detail }
  }
  const reason = error instanceof APIConnectionError ? causeCode(error) : undefined
  return { outcome: 'unavailable', detail: `the model's server could not be reached${reason ? ` (${reason})` : ''}` }
}

function code(error: APIError): string {
  const text = String(error.code ?? error.type ?? '')
  return /^[\w.-]{1,40}$/.test(text) ? ` (${text})` : ''
}

function causeCode(error: Error): string | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return undefined
}
