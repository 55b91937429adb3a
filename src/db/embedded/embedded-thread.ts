import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { ConnectionStream } from './connection-stream.ts'
import { type FromThread, send, type ThreadSettings, type ToThread } from './messages.ts'

/** JavaScript's share of the thread's memory; the memory of Postgres itself is not counted. */
const maxHeapMb = 256

/** The embedded database has ended by itself: nothing can be read or written until the process is started again. */
export class EmbeddedDatabaseLost extends Error {
  override readonly name = 'EmbeddedDatabaseLost'
  readonly code = 'EMBEDDED_DATABASE_LOST'

  constructor(cause: unknown) {
    const { code, name } = (cause ?? {}) as { code?: string; name?: string }
    const why = code ?? name
    super(`the embedded database has stopped${why ? ` (${why})` : ''}; nothing that was stored is lost: start again`, {
      cause,
    })
  }
}

/**
 * PGlite in a thread of its own, so that statements are not computed in the thread that streams. `pg` speaks to it as to a server,
 * through streams of `connect`.
 *
 * PGlite is one session. Two connections would be in each other's transactions: open one at a time.
 */
export class EmbeddedThread {
  readonly #worker: Worker
  readonly #connections = new Map<number, ConnectionStream>()
  readonly #ended: Promise<unknown>
  #lastConnection = 0
  #closing = false
  #lost: EmbeddedDatabaseLost | undefined

  /** Starts the thread, which opens the database in `folder`, or makes one there. */
  constructor(settings: Omit<ThreadSettings, 'compiled'>, onLost: (error: EmbeddedDatabaseLost) => void) {
    // Hooks of the process, as those of a test runner, are not for it.
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), {
      name: 'embedded database',
      workerData: { ...settings, compiled } satisfies ThreadSettings,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    })
    let cause: unknown
    this.#worker.on('error', error => {
      cause = error
    })
    this.#worker.on('message', (message: FromThread) => {
      if (Array.isArray(message)) this.#connections.get(message[0])?.receive(message[1])
    })
    this.#ended = new Promise(resolve => this.#worker.once('exit', resolve)).then(() => {
      this.#lost = new EmbeddedDatabaseLost(cause)
      for (const connection of this.#connections.values()) connection.destroy(this.#lost)
      if (!this.#closing) onLost(this.#lost)
    })
  }

  /** @throws the fault for which the database could not be opened */
  async opened(): Promise<void> {
    const first = once(this.#worker, 'message').then(([message]) => message as FromThread)
    const message = await Promise.race([first, this.#ended.then(() => this.#lost as EmbeddedDatabaseLost)])
    if ('compiled' in message) {
      compiled = message.compiled
      return
    }
    this.#closing = true
    await this.#ended
    if (message instanceof Error) throw message
    const { fault } = message as Extract<FromThread, { fault: unknown }>
    throw Object.assign(new Error(fault.message), { stack: fault.stack })
  }

  /** A connection, for `pg`. */
  connect(): ConnectionStream {
    const id = ++this.#lastConnection
    const stream = new ConnectionStream(
      chunks => send(this.#worker, id, chunks),
      () => {
        this.#connections.delete(id)
        this.#post([id])
      },
    )
    this.#connections.set(id, stream)
    if (this.#lost) stream.destroy(this.#lost)
    return stream
  }

  /** Closes the database once all that was sent is done, and ends the thread. */
  async close(): Promise<void> {
    this.#closing = true
    this.#post('close')
    await this.#ended
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message)
  }
}

/** PGlite, for the next thread of this process, which need not compile it: a second copy of 0.4 s and 60 MB. */
let compiled: WebAssembly.Module | undefined
