import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { holdBaselineTier } from './baseline-tier.ts'
import { ConnectionStream } from './connection-stream.ts'
import { type FromThread, send, type ThreadSettings, type ToThread } from './messages.ts'
import { Watchdog } from './watchdog.ts'

/**
 * A smaller cache of pages than Postgres': the files of a database of this kind are in the cache of the system anyway. With 16 MB a
 * start takes 0.5 s longer, and the process 130 MB more, for statements that are no faster.
 */
const startParams = ['-c', 'shared_buffers=4MB']

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
  /** In memory without one. */
  readonly folder: string | undefined
  readonly #worker: Worker
  readonly #connections = new Map<number, { stream: ConnectionStream; watchdog: Watchdog }>()
  readonly #opening = Promise.withResolvers<void>()
  readonly #ended: Promise<unknown>
  #lastConnection = 0
  #open = false
  #closing = false
  #lost: EmbeddedDatabaseLost | undefined

  /**
   * Starts the thread, which opens the database in `folder`, or makes one there.
   *
   * @param onLost called if the thread ends by itself
   */
  constructor(folder: string | undefined, onLost: (error: EmbeddedDatabaseLost) => void) {
    this.folder = folder
    const releaseTier = holdBaselineTier()
    // Node has added a folder for its version to the one that it was given, and would do so again.
    const compileCache = getCompileCacheDir()
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), {
      name: 'embedded database',
      workerData: { folder, startParams, compiled } satisfies ThreadSettings,
      // Hooks of the process, as those of a test runner, are not for it.
      execArgv: [],
      env: { ...process.env, ...(compileCache && { NODE_COMPILE_CACHE: dirname(compileCache) }) },
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    })
    // The fault may come before anyone asks.
    this.#opening.promise.catch(() => {}).finally(releaseTier)
    this.#worker.on('message', (message: FromThread) => this.#receive(message))
    let cause: unknown
    this.#worker.on('error', error => {
      cause = error
    })
    this.#ended = new Promise(resolve => this.#worker.once('exit', resolve)).then(() => {
      this.#lost = new EmbeddedDatabaseLost(cause)
      this.#opening.reject(this.#lost)
      for (const { stream } of this.#connections.values()) stream.destroy(this.#lost)
      // One that has not opened is reported by `opened`.
      if (this.#open && !this.#closing) onLost(this.#lost)
    })
  }

  /** Resolves when the database is open. @throws the fault for which it could not be opened; the thread has ended then */
  async opened(): Promise<void> {
    try {
      await this.#opening.promise
    } catch (error) {
      await this.#ended
      throw error
    }
  }

  /** A connection, for `pg`. */
  connect(): ConnectionStream {
    const id = ++this.#lastConnection
    const watchdog = new Watchdog(() => void this.#worker.terminate())
    const stream = new ConnectionStream(
      chunks => {
        watchdog.expect()
        send(this.#worker, id, chunks)
      },
      () => {
        watchdog.relax()
        this.#connections.delete(id)
        this.#post([id])
      },
    )
    this.#connections.set(id, { stream, watchdog })
    if (this.#lost) stream.destroy(this.#lost)
    return stream
  }

  /** Closes the database once all that was sent is done, and ends the thread. */
  async close(): Promise<void> {
    this.#closing = true
    this.#post('close')
    await this.#ended
  }

  #receive(message: FromThread): void {
    if (Array.isArray(message)) {
      const connection = this.#connections.get(message[0])
      connection?.watchdog.relax()
      connection?.stream.receive(message[1])
    } else if ('compiled' in message) {
      compiled = message.compiled
      this.#open = true
      this.#opening.resolve()
    } else {
      this.#closing = true
      const { fault } = message
      this.#opening.reject(Object.assign(new Error(fault.message), fault))
    }
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message)
  }
}

/** PGlite, for the next thread of this process, which need not compile it: a second copy of 0.4 s and 60 MB. */
let compiled: WebAssembly.Module | undefined
