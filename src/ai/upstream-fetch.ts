import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { constants, createGunzip } from 'node:zlib'
import { type Agent, request } from 'undici'
import { NoAnswer } from './errors.ts'

/** An error body is read up to here and for so long; it only serves to classify the error. */
const maxErrorBytes = 65_536
const errorBodyTimeoutMs = 5_000

/** What the SDK may send. By itself it adds what OPENAI_CUSTOM_HEADERS says; configuration has one reader here. */
const passedHeaders = /^(authorization|content-type|accept|user-agent|x-stainless-.+)$/

/** What the SDK sees is a Response without a body; the body is a Node stream beside it. */
export class UpstreamResponse extends Response {
  nodeBody: Readable | undefined
}

/**
 * A `fetch` for the OpenAI SDK over `undici.request`, so that a streamed body is a Node stream.
 *
 * With one token per read, fetch's web streams and the SDK's iterator double the CPU per token; the request, its
 * types and its errors still come from the SDK. gzip is accepted and undone, each flush passed on at once. An answer
 * that is not 2xx is read (up to a limit) and handed over as an ordinary Response.
 *
 * Throws `NoAnswer` when there is none: of a timeout the SDK would drop the cause, told by the words of its message.
 */
export function upstreamFetch(agent: Agent): typeof fetch {
  return async (url, init) => {
    const answer = await request(String(url), {
      method: (init?.method ?? 'GET') as 'POST',
      headers: { ...passed(init?.headers), 'accept-encoding': 'gzip' },
      body: init?.body as string | undefined,
      signal: init?.signal,
      dispatcher: agent,
    }).catch(error => {
      throw init?.signal?.aborted ? error : new NoAnswer(String(error.code ?? error.name))
    })
    const headers = new Headers()
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one)
    }
    const body = decoded(answer.body, headers)
    const { statusCode: status } = answer
    if (status < 200 || status > 299)
      return new Response(await readText(body, maxErrorBytes, errorBodyTimeoutMs), {
        status: Math.max(status, 300),
        headers,
      })
    const response = new UpstreamResponse(null, { status, headers })
    response.nodeBody = body
    return response
  }
}

function passed(headers: HeadersInit | undefined): Record<string, string> {
  return Object.fromEntries(Array.from(new Headers(headers)).filter(([name]) => passedHeaders.test(name)))
}

/** The beginning of a body, or as much of it as came before it broke or the time was up. Closes what it does not read. */
export async function readText(body: Readable, maxBytes: number, timeoutMs: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  const timer = setTimeout(() => body.destroy(), timeoutMs)
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      size += chunk.length
      if (size > maxBytes) break
    }
  } catch {
    // What came is enough for its purpose.
  } finally {
    clearTimeout(timer)
  }
  return Buffer.concat(chunks).toString('utf8', 0, maxBytes)
}

function decoded(body: Readable, headers: Headers): Readable {
  if (headers.get('content-encoding') !== 'gzip') return body
  const gunzip = createGunzip({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH })
  // An error of either end destroys both; whoever reads `gunzip` sees it there.
  pipeline(body, gunzip, () => {})
  return gunzip
}
