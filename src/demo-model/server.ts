import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiError } from './api-error.ts'
import { readChatRequest } from './chat-request.ts'
import { complete, demoModelName } from './completion.ts'

export interface DemoModelOptions {
  /** The pace of each completion on its own, more than 0. */
  readonly tokensPerSecond: number
  /** Address to listen on; default: loopback. */
  readonly host?: string
}

export interface DemoModel {
  /** Where an OpenAI client finds it, such as `http://127.0.0.1:40123/v1`. Any API key does. */
  readonly baseUrl: string
  readonly model: string
  /** Ends open completions by closing their sockets, and resolves when all of them have stopped. Idempotent. */
  close(): Promise<void>
}

/**
 * Starts the embedded demo model: an OpenAI-compatible server on an ephemeral port of this machine, so that Conch runs
 * without an account anywhere. It has `POST /v1/chat/completions`, streamed and not, and `GET /v1/models`.
 *
 * It writes plausible Korean from the words of the prompt and knows nothing. It logs nothing and keeps nothing.
 */
export async function startDemoModel({ tokensPerSecond, host = '127.0.0.1' }: DemoModelOptions): Promise<DemoModel> {
  if (!(tokensPerSecond > 0 && Number.isFinite(tokensPerSecond))) {
    throw new RangeError(`tokensPerSecond must be a number above 0, not ${tokensPerSecond}`)
  }
  const created = Math.floor(Date.now() / 1000)
  const running = new Set<Promise<void>>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    try {
      const path = pathOf(request)
      if (path === '/v1/chat/completions') {
        allow(request, path, ['POST'])
        await complete(await readChatRequest(request), response, { tokensPerSecond, signal: gone.signal })
      } else if (path === '/v1/models') {
        allow(request, path, ['GET', 'HEAD'])
        sendJson(response, 200, {
          object: 'list',
          data: [{ id: demoModelName, object: 'model', created, owned_by: 'conch' }],
        })
      } else throw new ApiError(404, `Unknown request URL: ${request.method} ${path}`, { code: 'unknown_url' })
    } catch (error) {
      refuse(response, error)
    }
  }

  const server = createServer((request, response) => {
    const work = answer(request, response).finally(() => running.delete(work))
    running.add(work)
  })
  // Longer than any client here keeps an idle connection: the side that sends should be the one that closes.
  server.keepAliveTimeout = 60_000
  server.listen({ port: 0, host, backlog: 4096 })
  await once(server, 'listening')
  const { address, port, family } = server.address() as AddressInfo

  let closed: Promise<void> | undefined
  return {
    baseUrl: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/v1`,
    model: demoModelName,
    close() {
      closed ??= new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }).then(async () => {
        await Promise.all(running)
      })
      return closed
    },
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0]?.replace(/(?<=.)\/$/, '') ?? '/'
}

function allow(request: IncomingMessage, path: string, methods: readonly string[]): void {
  if (methods.includes(request.method ?? '')) return
  throw new ApiError(405, `Not allowed to ${request.method} on ${path}.`, {
    code: 'method_not_supported',
    headers: { allow: methods.join(', ') },
  })
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** Refuses while it still can; an answer that has begun is cut, so that no client takes it for whole. */
function refuse(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  const refusal = error instanceof ApiError ? error : new ApiError(500, 'The demo model failed to answer.')
  sendJson(response, refusal.status, refusal.toJSON(), refusal.headers)
}
