import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { RequestExtras } from '../config/read-config.ts'
import type { PooledHandler } from './connection-pool.ts'
import { decoded } from './content-encoding.ts'
import { NoAnswer, Refusal } from './errors.ts'
import { type Body, readText, UpstreamBody } from './upstream-body.ts'

/** An error body is read up to this size and for this time; it only serves to classify the error. */
const maxErrorBytes = 65_536
const errorBodyTimeoutMs = 5_000

/**
 * The headers that the SDK may send. By itself it adds those in OPENAI_CUSTOM_HEADERS; only the configuration module reads the
 * environment.
 */
const passedHeaders = /^(authorization|content-type|accept|user-agent|x-stainless-.+)$/

/** Where requests are sent: a ConnectionPool, or a dispatcher of undici's. */
export interface Connections {
  dispatch(request: Dispatcher.DispatchOptions, handler: PooledHandler): unknown
}

/** A Response without a body, for the SDK; the body is beside it, unless its encoding is not known. */
export class UpstreamResponse extends Response {
  upstreamBody: Body | undefined
}

/**
 * A `fetch` for the OpenAI SDK over undici's dispatcher. It passes a streamed body on as it is read from the socket.
 *
 * With one token per read, fetch's web streams and the SDK's iterator double the CPU per token; the request and its types
 * still come from the SDK. It asks for gzip, and decodes whatever comes.
 *
 * Throws `NoAnswer` when there is no answer: of a timeout the SDK would drop the cause and keep only its message. Throws
 * `Refusal` for an answer that is not 2xx, with its body up to a limit.
 */
export function upstreamFetch(
  connections: Connections,
  { headers: own, query }: RequestExtras = { headers: {}, query: '' },
): typeof fetch {
  return async (url, init) => {
    const { origin, pathname } = new URL(String(url))
    const signal = init?.signal ?? undefined
    const sent = Buffer.from((init?.body as string | undefined) ?? '')
    const answer = await ask(connections, signal, {
      origin,
      path: query ? `${pathname}?${query}` : pathname,
      method: (init?.method ?? 'POST') as 'POST',
      headers: { ...passed(init?.headers), ...own, 'accept-encoding': 'gzip', 'content-length': String(sent.length) },
      // undici takes any iterable, though its types do not say so.
      body: new BodyOnce(sent) as unknown as Readable,
    }).catch(error => {
      throw signal?.aborted ? error : new NoAnswer(String(error.code ?? error.name))
    })
    const { status, headers } = answer
    const body = decoded(answer.body, headers.get('content-encoding') ?? '')
    if (!body) answer.body.close()
    if (status < 200 || status > 299) throw new Refusal(status, headers, body ? await errorText(body, signal) : '')
    const response = new UpstreamResponse(null, { status, headers })
    response.upstreamBody = body
    return response
  }
}

/** `signal` stops the reading; after that no one uses the text. */
async function errorText(body: Body, signal: AbortSignal | undefined): Promise<string> {
  const stop = () => body.close()
  signal?.addEventListener('abort', stop)
  if (signal?.aborted) stop()
  try {
    return await readText(body, maxErrorBytes, errorBodyTimeoutMs)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/**
 * A body that releases its bytes as they are sent: undici keeps the body until the answer has ended, and a prompt
 * in Korean is 3 KB and more.
 */
class BodyOnce implements Iterable<Buffer> {
  #bytes: Buffer[]

  constructor(bytes: Buffer) {
    this.#bytes = [bytes]
  }

  *[Symbol.iterator](): Iterator<Buffer> {
    const bytes = this.#bytes
    this.#bytes = []
    yield* bytes
  }
}

interface Answer {
  status: number
  headers: Headers
  body: Body
}

/** Resolves with the answer once its headers have come; until then `signal` stops the request. */
async function ask(
  connections: Connections,
  signal: AbortSignal | undefined,
  request: Dispatcher.DispatchOptions,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const exchange = new Exchange({ signal, resolve, reject })
  const stop = () => exchange.stop()
  signal?.addEventListener('abort', stop)
  try {
    connections.dispatch(request, exchange)
    return await promise
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** Receives a request's events from undici. It lives as long as the body comes, and keeps only what that needs. */
class Exchange implements PooledHandler {
  release: (() => void) | undefined
  /** Until the headers have come. */
  #asking: Asking | undefined
  #body: UpstreamBody | undefined

  constructor(asking: Asking) {
    this.#asking = asking
  }

  get abandoned(): boolean {
    return this.#asking?.signal?.aborted === true
  }

  /** No effect once the headers have come. */
  stop(): void {
    if (!this.#asking) return
    const { signal, controller, reject } = this.#asking
    if (controller) controller.abort(signal?.reason)
    // The request still waits for a connection: the pool drops it when its turn comes.
    else reject(signal?.reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (!this.#asking) return
    this.#asking.controller = controller
    if (this.#asking.signal?.aborted) this.stop()
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // 1xx, such as 100: the answer is still to come.
    if (status < 200) return
    this.#body = new UpstreamBody(() => controller.abort(new Error('closed')))
    this.#asking?.resolve({ status, headers: headersOf(headers), body: this.#body })
    this.#asking = undefined
    // The headers are slices of everything that one read took from the socket: 4 KB per completion, for as long as it runs.
    controller.rawHeaders = null
  }

  onResponseData(_: Dispatcher.DispatchController, bytes: Buffer): void {
    this.#body?.push(bytes)
  }

  onResponseEnd(): void {
    this.release?.()
    this.#body?.end()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.release?.()
    this.#body?.end(error)
    this.#asking?.reject(error)
    this.#asking = undefined
  }
}

interface Asking {
  signal: AbortSignal | undefined
  controller?: Dispatcher.DispatchController
  resolve(answer: Answer): void
  reject(reason: unknown): void
}

function headersOf(found: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(found)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one)
  }
  return headers
}

function passed(headers: HeadersInit | undefined): Record<string, string> {
  return Object.fromEntries(Array.from(new Headers(headers)).filter(([name]) => passedHeaders.test(name)))
}
