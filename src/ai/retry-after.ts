import { asObject } from './frame.ts'

/**
 * How long the upstream asks for a pause, in milliseconds from `now`; `undefined` if it does not say.
 * A date counts from the `Date` header of the answer, if there is one: our clock may be wrong by hours.
 *
 * In this order: `retry-after-ms` (OpenAI), `Retry-After` as seconds or as a date (RFC 9110), and Google's `RetryInfo`
 * in the error, which Gemini sends instead of a header. A date in the past and nonsense count as not said.
 */
export function retryAfterMs(
  headers: Headers | undefined,
  error: unknown,
  now = Date.parse(headers?.get('date') ?? '') || Date.now(),
): number | undefined {
  const candidates = [
    number(headers?.get('retry-after-ms')),
    seconds(headers?.get('retry-after')) ?? date(headers?.get('retry-after'), now),
    retryInfo(error),
  ]
  return candidates.find(candidate => candidate !== undefined && candidate > 0)
}

function number(text: string | null | undefined): number | undefined {
  return /^\s*\d{1,12}(\.\d+)?\s*$/.test(text ?? '') ? Number(text) : undefined
}

function seconds(text: string | null | undefined): number | undefined {
  const value = number(text)
  return value === undefined ? undefined : value * 1000
}

function date(text: string | null | undefined, now: number): number | undefined {
  // Only what begins like a date: Date.parse takes "-5" for a month.
  const at = /^\s*[a-z]{3,9},? /i.test(text ?? '') ? Date.parse(text ?? '') : Number.NaN
  return Number.isNaN(at) ? undefined : at - now
}

/** `{error: {details: [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}]}}`, or the same in an array. */
function retryInfo(body: unknown): number | undefined {
  const outer = asObject(Array.isArray(body) ? body[0] : body)
  const error = asObject(outer?.error) ?? outer
  const details: unknown[] = Array.isArray(error?.details) ? error.details : []
  for (const detail of details.map(asObject)) {
    if (!String(detail?.['@type']).endsWith('google.rpc.RetryInfo')) continue
    const delay = /^(\d{1,9}(?:\.\d+)?)s$/.exec(String(detail?.retryDelay))
    if (delay) return Number(delay[1]) * 1000
  }
  return undefined
}
