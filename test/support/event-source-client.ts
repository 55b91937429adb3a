import { EventSource } from 'eventsource'
import { questionsIn } from './quiz.ts'
import { Transcript } from './transcript.ts'

/** The state of a client at the end of a stream. */
export interface Ending {
  /** `done`: the server ended the stream; `204`: it did so for a client that came back; `refused`: 4xx; `left`. */
  how: 'done' | '204' | 'refused' | 'left'
  /** Of each output. */
  texts: ReadonlyMap<number, string>
  /** The questions that a quiz showed. */
  questions: readonly { question: string; choices: string[] }[]
  /** All terminal events that it was sent. */
  terminals: readonly string[]
  lastId: string | undefined
}

export interface EventSourceClientOptions {
  path: string
  cookie: string
  /** The server of the next connection: it may be another one each time, as behind a load balancer. */
  choose(): string
  /** Called with a description of each event. */
  note(what: string): void
}

/**
 * Follows a task as a page with an `EventSource` does: it comes back with its cursor, after the given delay, as long as
 * the stream does not end with `[DONE]`. A 5xx is the answer of a load balancer while servers are unavailable: it comes
 * back then as well, as pages do by making another `EventSource`.
 */
export class EventSourceClient {
  readonly ended: Promise<Ending>
  readonly #source: EventSource
  readonly #transcript = new Transcript()
  readonly #end: (ending: Ending) => void

  constructor({ path, cookie, choose, note }: EventSourceClientOptions) {
    const { promise, resolve } = Promise.withResolvers<Ending>()
    this.ended = promise
    this.#end = resolve
    this.#source = new EventSource(new URL(path, 'http://any.instance'), {
      async fetch(_url, init) {
        const url = new URL(path, choose())
        const response = await fetch(url, { ...init, headers: { ...init.headers, cookie } })
        note(`connected to ${url.port} after ${init.headers['Last-Event-ID'] ?? 'nothing'}: ${response.status}`)
        // 429: an instance that has not noticed yet which of an owner's streams were cut may have no room for one that returns.
        // 408: a network that stood still kept the request back for too long.
        if (response.status < 500 && response.status !== 429 && response.status !== 408) return response
        await response.body?.cancel()
        throw new TypeError(`${response.status}`)
      },
    })
    this.#source.addEventListener('message', ({ data, lastEventId }) => {
      this.#transcript.take({ data, id: lastEventId })
      const chunk = this.#transcript.chunks.at(-1)
      if (this.#transcript.done) this.#finish('done')
      else if (chunk && !/^(text-|data-(stage|output|question))/.test(chunk.type)) note(`${chunk.type} ${lastEventId}`)
    })
    this.#source.addEventListener('error', ({ code, message }) => {
      if (this.#source.readyState !== this.#source.CLOSED) note(`cut off after ${this.#transcript.lastId}: ${message}`)
      else this.#finish(code === 204 ? '204' : 'refused')
    })
  }

  /** Gives up, with its present state. */
  leave(): void {
    this.#finish('left')
  }

  #finish(how: Ending['how']): void {
    this.#source.close()
    const { chunks, texts, lastId } = this.#transcript
    const questions = questionsIn({ chunks }).map(({ question = '', choices = [] }) => ({ question, choices }))
    const terminals = chunks.flatMap(({ type }) => (['finish', 'abort', 'error'].includes(type) ? [type] : []))
    this.#end({ how, texts, questions, terminals, lastId })
  }
}
