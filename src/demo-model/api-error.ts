/** A refusal in the shape of OpenAI's API: `{"error": {message, type, param, code}}`. */
export class ApiError extends Error {
  readonly status: number
  readonly param: string | null
  readonly code: string | null
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    {
      param = null,
      code = null,
      headers = {},
    }: { param?: string | null; code?: string | null; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.param = param
    this.code = code
    this.headers = headers
  }

  toJSON(): object {
    const { message, param, code, status } = this
    return { error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param, code } }
  }
}

/** A request that is malformed at `param`. */
export function invalid(message: string, param: string | null): ApiError {
  return new ApiError(400, message, { param })
}
