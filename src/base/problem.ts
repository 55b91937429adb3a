/**
 * An expected refusal, sent as RFC 9457 `application/problem+json`.
 *
 * The caller sees everything in it, often printed as it is: keep it short, and repeat nothing a user wrote. `code` is
 * for programs (kebab-case, stable); `title` names the kind of problem; `detail` says what to do about this one.
 */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  /** Response headers that belong to the refusal, such as `Retry-After`. */
  readonly headers: Record<string, string>
  /** More members of the JSON object; they cannot replace the standard ones. */
  readonly extensions: Record<string, unknown>

  constructor(init: {
    status: number
    code: string
    title: string
    detail: string
    headers?: Record<string, string>
    extensions?: Record<string, unknown>
  }) {
    super(`${init.title}: ${init.detail}`)
    this.status = init.status
    this.code = init.code
    this.title = init.title
    this.detail = init.detail
    this.headers = init.headers ?? {}
    this.extensions = init.extensions ?? {}
  }
}
