export const operatorToken = 'a-token-of-forty-characters-for-operators'

/**
 * Sends requests to a Conch that was started with `OPERATOR_TOKEN: operatorToken`; `token: undefined` sends them
 * without a token.
 */
export class Operator {
  readonly #url: string
  readonly #token: string | undefined

  constructor(url: string, { token }: { token: string | undefined } = { token: operatorToken }) {
    this.#url = url
    this.#token = token
  }

  async json<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; headers: Headers; body: Body }> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
  }
}
