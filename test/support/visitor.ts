import type { TaskView } from '../../src/tasks/view.ts'
import { Transcript } from './transcript.ts'

/** HTTP as a browser does it: one cookie jar, JSON, event streams. */
export class Visitor {
  readonly #url: string
  #cookie: string | undefined

  constructor(url: string, cookie?: string) {
    this.#url = url
    this.#cookie = cookie
  }

  get cookie(): string | undefined {
    return this.#cookie
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.#cookie) headers.set('cookie', this.#cookie)
    const response = await fetch(new URL(path, this.#url), { ...init, headers })
    for (const cookie of response.headers.getSetCookie()) this.#cookie = cookie.split(';')[0]
    return response
  }

  /** Answers the parsed body together with the status. */
  async json<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; headers: Headers; body: Body }> {
    const response = await this.fetch(path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as Body,
    }
  }

  /** Creates a task and answers its id. */
  async submit(path: string, body: unknown): Promise<string> {
    const created = await this.json<{ taskId: string }>('POST', path, body)
    if (created.status !== 202) throw new Error(`POST ${path}: ${created.status} ${JSON.stringify(created.body)}`)
    return created.body.taskId
  }

  record(body: unknown): Promise<string> {
    return this.submit('/api/records', body)
  }

  async task(id: string): Promise<TaskView> {
    return (await this.json<TaskView>('GET', `/api/tasks/${id}`)).body
  }

  /** Opens an event stream; with `request`, the one that a POST answers. */
  async watch(
    path: string,
    { cursor, request = {}, transcript }: { cursor?: string; request?: RequestInit; transcript?: Transcript } = {},
  ): Promise<Watcher> {
    const leave = new AbortController()
    const headers = new Headers(request.headers)
    headers.set('accept', 'text/event-stream')
    if (cursor !== undefined) headers.set('last-event-id', cursor)
    const response = await this.fetch(path, { ...request, headers, signal: leave.signal })
    return new Watcher(response, leave, transcript)
  }

  watchTask(id: string, cursor?: string): Promise<Watcher> {
    return this.watch(`/api/tasks/${id}/events`, { cursor })
  }

  /** Watches a task to its end. */
  async finished(id: string): Promise<Transcript> {
    const watcher = await this.watchTask(id)
    await watcher.ended
    return watcher.transcript
  }
}

/** A client of one event stream. */
export class Watcher {
  readonly response: Response
  readonly transcript: Transcript
  /** Resolves when the stream is over, cleanly or not. */
  readonly ended: Promise<void>
  readonly #leave: AbortController
  #changed = signal()
  raw = ''
  /** Whether the stream was cut off, by the server or by `leave()`. */
  brokenOff = false

  /** @param transcript of a client that was here before and goes on with it */
  constructor(response: Response, leave: AbortController, transcript = new Transcript()) {
    this.response = response
    this.#leave = leave
    this.transcript = transcript
    this.ended = this.#read()
  }

  leave(): void {
    this.#leave.abort()
  }

  /** Waits until the transcript is as wanted. @throws when the stream ends before */
  async until(condition: (transcript: Transcript) => boolean): Promise<void> {
    while (!condition(this.transcript)) await this.#changed.promise
  }

  async #read(): Promise<void> {
    const parse = Transcript.parser(this.transcript)
    const decoder = new TextDecoder()
    try {
      for await (const bytes of (this.response.body ?? []) as AsyncIterable<Uint8Array>) {
        this.raw += decoder.decode(bytes, { stream: true })
        parse(bytes)
        this.#changed.resolve()
        this.#changed = signal()
      }
    } catch {
      this.brokenOff = true
    }
    this.#changed.reject(new Error(`the stream ended before that; it was:\n${this.raw}`))
  }
}

/** A value, or a promise of it. */
function signal() {
  const resolvers = Promise.withResolvers<void>()
  resolvers.promise.catch(() => {})
  return resolvers
}
