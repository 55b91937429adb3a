import type { Agent, Dispatcher } from 'undici'
import { NoAnswer } from './errors.ts'
import { type Body, gunzipped, readText, UpstreamBody } from './upstream-body.ts'

/** An error body is read up to here and for so long; it only serves to classify the error. */
const maxErrorBytes = 65_536
const errorBodyTimeoutMs = 5_000

/** What the SDK may send. By itself it adds what OPENAI_CUSTOM_HEADERS says; configuration has one reader here. */
const passedHeaders = /^(authorization|content-type|accept|user-agent|x-stainless-.+)$/

/** What the SDK sees is a Response without a body; the body is beside it. */
export class UpstreamResponse extends Response {
  upstreamBody: Body | undefined
}

/**
 * A `fetch` for the OpenAI SDK over undici's dispatcher, whose streamed body is told as it is read from the socket.
 *
 * With one token per read, fetch's web streams and the SDK's iterator double the CPU per token; the request, its
 * types and its errors still come from the SDK. gzip is accepted and undone. An answer that is not 2xx is read (up to a
 * limit) and handed over as an ordinary Response.
 *
 * Throws `NoAnswer` when there is none: of a timeout the SDK would drop the cause, told by the words of its message.
 */
export function upstreamFetch(agent: Agent): typeof fetch {
  return async (url, init) => {
    const { origin, pathname, search } = new URL(String(url))
    const signal = init?.signal ?? undefined
    const answer = await ask(agent, signal, {
      origin,
      path: `${pathname}${search}`,
      method: (init?.method ?? 'GET') as 'POST',
      headers: { ...passed(init?.headers), 'accept-encoding': 'gzip' },
      body: init?.body as string | undefined,
    }).catch(error => {
      throw signal?.aborted ? error : new NoAnswer(String(error.code ?? error.name))
    })
    const { status, headers } = answer
    const body = headers.get('content-encoding') === 'gzip' ? gunzipped(answer.body) : answer.body
    if (status < 200 || status > 299)
      return new Response(await errorText(body, signal), { status: Math.max(status, 300), headers })
    const response = new UpstreamResponse(null, { status, headers })
    response.upstreamBody = body
    return response
  }
}

/** `signal` stops the reading, after which nobody asks what there was. */
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

interface Answer {
  status: number
  headers: Headers
  body: Body
}

/** Resolves with the answer once its headers have come; until then `signal` stops it. */
function ask(agent: Agent, signal: AbortSignal | undefined, request: Dispatcher.DispatchOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let body: UpstreamBody | undefined
    const stop = () => {
      if (controller) controller.abort(signal?.reason)
      // It still waits for a connection: it is dropped when it gets one.
      else reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop)
    const answered = () => signal?.removeEventListener('abort', stop)
    agent.dispatch(request, {
      onRequestStart(started) {
        controller = started
        if (signal?.aborted) stop()
      },
      onResponseStart(started, status, found) {
        // 100 and the like: the answer is still to come.
        if (status < 200) return
        answered()
        const headers = headersOf(found)
        body = new UpstreamBody(() => started.abort(new Error('closed')))
        resolve({ status, headers, body })
      },
      onResponseData: (_, bytes) => body?.push(bytes),
      onResponseEnd: () => body?.end(),
      onResponseError(_, error) {
        answered()
        if (body) body.end(error)
        else reject(error)
      },
    })
  })
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
