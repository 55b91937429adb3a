import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { choice, completionChunk, doneFrame, frame } from '../../src/demo-model/chunk.ts'

/** How the model writes. `perSecond` undefined: as fast as its readers take the tokens. */
export interface Pace {
  tokens: number
  perSecond?: number
  /** After this many tokens the model is silent, and does not end. */
  pauses?: boolean
}

/** The text of a token: always the same, or the time at which it is sent, for a bench that measures latency. */
export type Token = () => string

/** Six bytes and a space, like most tokens of Korean. */
export const plainToken: Token = () => '토큰 '
/** Milliseconds since the start of this process. */
export const timeToken: Token = () => `${performance.now().toFixed(3)} `

/**
 * An OpenAI-compatible model in this process that streams tokens, each in a chunk like OpenAI's, of about 300 bytes,
 * and in its own write.
 *
 * Paced, each stream has its own rhythm, so that its reader finds about one token at a time, as in production; all
 * of them take `tokens / perSecond`, to the millisecond.
 * Unpaced, each stream that is not blocked writes one token in each turn of the event loop.
 */
export class Model {
  pace: Pace = { tokens: 1 }
  token: Token = plainToken
  readonly baseUrl: string
  readonly #eager = new Set<() => void>()
  #turning = false

  private constructor(baseUrl: string) {
    this.baseUrl = baseUrl
  }

  static async start(t: Pick<Test, 'teardown'>): Promise<Model> {
    const server = createServer((request, response) => {
      request.resume()
      request.on('end', () => model.#answer(response))
    })
    server.keepAliveTimeout = 600_000
    // SOMAXCONN: thousands connect at once.
    server.listen(0, '127.0.0.1', 4096)
    await once(server, 'listening')
    t.teardown(() => {
      server.closeAllConnections()
      server.close()
    })
    const model = new Model(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`)
    return model
  }

  #answer(response: ServerResponse): void {
    const { tokens, perSecond, pauses } = this.pace
    const { token } = this
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
    response.on('error', () => {})
    let sent = 0
    /** False when there is nothing more to write. */
    const write = (): boolean => {
      if (response.destroyed) return false
      if (sent++ < tokens) {
        response.write(openAiFrame(choice({ content: token() })))
        return true
      }
      if (pauses) return false
      response.write(openAiFrame(choice({}, 'stop')))
      response.end(`${usageFrame(tokens)}${doneFrame}`)
      return false
    }
    if (perSecond === undefined) this.#eagerly(response, write)
    else paced(tokens, 1000 / perSecond, write)
  }

  #eagerly(response: ServerResponse, write: () => boolean): void {
    const turn = () => {
      if (!write()) this.#eager.delete(turn)
      else if (response.writableNeedDrain) {
        this.#eager.delete(turn)
        response.once('drain', () => this.#turn(turn))
      }
    }
    this.#turn(turn)
  }

  #turn(added?: () => void): void {
    if (added) this.#eager.add(added)
    if (this.#turning) return
    this.#turning = true
    setImmediate(() => {
      this.#turning = false
      for (const turn of this.#eager) turn()
      if (this.#eager.size > 0) this.#turn()
    })
  }
}

function paced(tokens: number, everyMs: number, write: () => boolean): void {
  const began = performance.now()
  const first = began + Math.random() * everyMs
  let written = 0
  const wait = () => {
    const due = written < tokens ? first + written * everyMs : began + tokens * everyMs
    setTimeout(tick, Math.max(0, due - performance.now()))
  }
  const tick = () => {
    if (!write()) return
    written++
    wait()
  }
  wait()
}

const head = { id: 'chatcmpl-CWy4kQ2mVbS1nT8rZp0LhXd7uJeGf', created: 1_790_000_000, model: 'gpt-4o-mini-2024-07-18' }
const rest = { service_tier: 'default', system_fingerprint: 'fp_560af6e559' }
/** OpenAI pads its chunks, so that their lengths do not reveal the tokens. */
const obfuscation = 'q0w9e8r7t6y5'

function openAiFrame(found: object): string {
  return frame({ ...completionChunk(head, [found], null), ...rest, obfuscation })
}

function usageFrame(tokens: number): string {
  const usage = { prompt_tokens: 9, completion_tokens: tokens, total_tokens: tokens + 9 }
  return frame({ ...completionChunk(head, [], usage), ...rest, obfuscation: '' })
}
