import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

export interface Received {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export type Answer = (request: Received, response: ServerResponse) => void

/** Another party's HTTP server: keeps its requests, and answers as the test sets it. */
export async function startReceiver(t: Pick<Test, 'teardown'>, first: Answer) {
  const received: Received[] = []
  let answer = first
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const one = { method, path: url, headers, body: Buffer.concat(chunks) }
    received.push(one)
    answer(one, response)
    server.emit('received')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    arrived: () => once(server, 'received'),
    answer(next: Answer = first) {
      answer = next
    },
  }
}

/** Confirms every challenge of a webhook; other requests get this answer. */
export function whoWantsThem(answer: Answer): Answer {
  return (request, response) => {
    const { type, challenge } = challengeIn(request)
    if (type === 'webhook.challenge') response.end(`It says ${challenge}.`)
    else answer(request, response)
  }
}

/** The content of a challenge; of any other request nothing that counts. */
export function challengeIn({ body }: Received): { type?: string; challenge?: string } {
  try {
    return JSON.parse(String(body))
  } catch {
    return {}
  }
}

export const status = (code: number, headers = {}) =>
  ((_request, response) => void response.writeHead(code, headers).end()) as Answer
