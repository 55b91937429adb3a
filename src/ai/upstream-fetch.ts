import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { constants, createGunzip } from 'node:zlib'
import { type Agent, request } from 'undici'

/** An error body is read up to here; it only serves to classify the error. */
const maxErrorBytes = 65_536

/** What the SDK sees is a Response without a body; the body is a Node stream beside it. */
export class UpstreamResponse extends Response {
  nodeBody: Readable | undefined
}

/**
 * A `fetch` for the OpenAI SDK over `undici.request`, so that a streamed body is a Node stream.
 *
 * With one token per read, fetch's web streams and the SDK's iterator double the CPU per token; the request, its
 * types and its errors still come from the SDK. gzip is accepted and undone, each flush passed on at once. An answer
 * that is not 2xx is read (up to 64 KiB) and handed over as an ordinary Response.
 */
export function upstreamFetch(agent: Agent): typeof fetch {
  return async (url, init) => {
    const answer = await request(String(url), {
      method: (init?.method ?? 'GET') as 'POST',
      headers: { 'accept-encoding': 'gzip', ...Object.fromEntries(new Headers(init?.headers)) },
      body: init?.body as string | undefined,
      signal: init?.signal,
      dispatcher: agent,
    })
    const headers = new Headers()
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one)
    }
    const body = decoded(answer.body, headers)
    const { statusCode: status } = answer
    if (status < 200 || status > 299)
      return new Response(await readText(body), { status: Math.max(status, 300), headers })
    const response = new UpstreamResponse(null, { status, headers })
    response.nodeBody = body
    return response
  }
}

function decoded(body: Readable, headers: Headers): Readable {
  if (headers.get('content-encoding') !== 'gzip') return body
  const gunzip = createGunzip({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH })
  // An error of either end destroys both; whoever reads `gunzip` sees it there.
  pipeline(body, gunzip, () => {})
  return gunzip
}

async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      size += chunk.length
      if (size > maxErrorBytes) break
    }
  } catch {
    // A cut error body is still an error with a status: what came is enough.
  }
  return Buffer.concat(chunks).toString('utf8')
}
