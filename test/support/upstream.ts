import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'
import type { ChatMessage } from '../../src/ai/completion.ts'
import { choice, completionChunk, doneFrame, frame } from '../../src/demo-model/chunk.ts'

interface ResponseFormat {
  type: string
  json_schema?: { strict: boolean; schema: { properties: { questions: { maxItems: number } } } }
}

/** One request for a completion, as the upstream sees it. The script decides the whole answer. */
export class UpstreamCompletion {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: { model: string; messages: ChatMessage[]; stream?: boolean; response_format?: ResponseFormat }
  /** Resolves when the client has closed the connection before the answer was complete. */
  readonly abandoned: Promise<void>

  constructor(request: IncomingMessage, response: ServerResponse, body: string) {
    this.request = request
    this.response = response
    this.body = JSON.parse(body)
    this.abandoned = new Promise(resolve => {
      response.once('close', () => {
        if (!response.writableFinished) resolve()
      })
    })
  }

  /** Only the prompt shows which version of a record is requested; this distinguishes the requests. */
  get system(): string {
    return this.body.messages.find(({ role }) => role === 'system')?.content ?? ''
  }

  /** Bytes as they are. */
  raw(text: string | Buffer): this {
    if (!this.response.headersSent) this.response.writeHead(200, { 'content-type': 'text/event-stream' })
    this.response.write(text)
    return this
  }

  frame(data: unknown): this {
    return this.raw(frame(data))
  }

  delta(...contents: string[]): this {
    for (const content of contents) this.frame(chunk(choice({ content })))
    return this
  }

  finish(reason = 'stop', usage = { prompt_tokens: 9, completion_tokens: 2 }): void {
    this.frame(chunk(choice({}, reason)))
    this.frame({ ...chunk(), usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens } })
    this.raw(doneFrame)
    this.response.end()
  }
}

export interface Upstream {
  baseUrl: string
  /** Every request so far, in order. */
  completions: UpstreamCompletion[]
  sockets: ReadonlySet<Socket>
  /** How many connections were opened so far. */
  readonly opened: number
  /** Resolves once so many requests have come. */
  requested(count: number): Promise<void>
  /** From now on every request gets this answer. */
  answer(script: Script): void
  /** Forgets the requests so far; answers as given, or with two words. */
  reset(script?: Script): void
}

export type Script = (completion: UpstreamCompletion) => unknown

/** An OpenAI-compatible server whose every answer is scripted. Without a script, it writes two words and stops. */
export async function startUpstream(t: Pick<Test, 'teardown'>, script: Script = twoWords): Promise<Upstream> {
  const completions: UpstreamCompletion[] = []
  const sockets = new Set<Socket>()
  let opened = 0
  let current = script
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request.setEncoding('utf8')) body += part
    const completion = new UpstreamCompletion(request, response, body)
    completions.push(completion)
    server.emit('completion')
    response.on('error', () => {})
    await current(completion)
  })
  server.on('connection', socket => {
    opened++
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    completions,
    sockets,
    get opened() {
      return opened
    },
    async requested(count) {
      while (completions.length < count) await once(server, 'completion')
    },
    answer(next) {
      current = next
    },
    reset(next = twoWords) {
      completions.length = 0
      current = next
    },
  }
}

function twoWords(completion: UpstreamCompletion): void {
  completion.delta('안녕', '하세요').finish()
}

function chunk(...choices: object[]) {
  return completionChunk({ id: 'chatcmpl-1', created: 1_790_000_000, model: 'test' }, choices)
}
