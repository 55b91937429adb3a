import { randomBytes } from 'node:crypto'

/** W3C Trace Context, `traceparent`: version, trace id, parent id, flags; a later version may have more. */
const traceparent = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:$|-)/

/**
 * The id of all that follows from one request, in logs and events: 32 hex digits, the caller's own if a valid
 * `traceparent` gives one. It identifies no user and grants nothing.
 */
export function traceIdOf(header: string | undefined): string {
  return traceparent.exec(header ?? '')?.[1] ?? newTraceId()
}

export function newTraceId(): string {
  return randomBytes(16).toString('hex')
}
