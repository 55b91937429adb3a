import type { FastifyBaseLogger } from 'fastify'
import { Problem } from '../base/problem.ts'
import { isDatabaseFault } from '../db/faults.ts'
import type { Timers } from '../sse/sse-stream.ts'
import { type Cursor, formatCursor } from '../tasks/log/event.ts'
import type { EventLog, ResetReason } from '../tasks/log/event-log.ts'

/** Tasks that one stream of an owner may follow. A browser follows one in each of its tabs, and a list of quizzes a few. */
export const maxFollowed = 30

/** How long a task waits whose log cannot be had while the database is away, at most. */
export const reopenMs = 3_000

/**
 * How long it waits when its log was abandoned: until the attempt that did so is out of the way, the same log is found again. Never in
 * the same turn of the event loop, which would be kept busy by that alone.
 */
const abandonedMs = 200

/** Text taken from a log at once: bounds what one slow client can hold, at most 3 bytes per character. */
const maxCharsPerRead = 32_768

/** A task to be followed, from its cursor if there is one, as in `GET /api/tasks/:id/events`. */
export interface Follow {
  taskId: string
  cursor: string | undefined
}

const taskId = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const follow = `${taskId}(?:@[0-9:,~-]{1,2000})?`
/** `<taskId>` or `<taskId>@<cursor>`, with `;` between them. */
export const followPattern = `^${follow}(?:;${follow}){0,${maxFollowed - 1}}$`

/** @param text that fits `followPattern`; of a task that is named twice, the last one counts */
export function readFollow(text: string): Follow[] {
  const cursors = new Map(text.split(';').map(one => one.split('@') as [string, string | undefined]))
  return Array.from(cursors, ([taskId, cursor]) => ({ taskId, cursor }))
}

export interface FollowedTaskOptions {
  /** The log of the task, to be subscribed to in the same turn of the event loop. @throws Problem when there is none for the owner */
  log(taskId: string): Promise<EventLog>
  /** Called when there may be more to read. */
  wake(): void
  /** Called for a fault that does not pass by itself. */
  broken(error: unknown): void
  timers: Timers
  logger: Pick<FastifyBaseLogger, 'warn'>
}

/**
 * A task that an owner's stream follows: a position over its log, as an `EventStream` is.
 *
 * States: opening, while its log is looked for, also after the log was abandoned, and again and again while the database is
 * away; reading; over, when everything was said or there is no such task; left.
 */
export class FollowedTask {
  readonly #taskId: string
  readonly #options: FollowedTaskOptions
  #cursor: string | undefined
  #reading: { log: EventLog; position: Cursor; unsubscribe: () => void } | undefined
  #reset: ResetReason | undefined
  #over: 'done' | 'not-found' | undefined
  #left = false
  /** For the database, which was logged. */
  #waits = false
  #timer: unknown

  constructor({ taskId, cursor }: Follow, options: FollowedTaskOptions) {
    this.#taskId = taskId
    this.#cursor = cursor
    this.#options = options
    void this.#open()
  }

  /** The next frames, as one string; `undefined` when there is nothing to send now. */
  read(): string | undefined {
    if (this.#over) return this.#end(this.#over)
    if (this.#reset) return this.#sendReset(this.#reset)
    if (!this.#reading) return undefined
    const { log, position } = this.#reading
    const read = log.read(position, maxCharsPerRead)
    switch (read.kind) {
      case 'events':
        this.#moveTo(read.position)
        return read.events.map(({ id, data }) => this.#frame(`{"cursor":"${id}","chunk":${data}}`)).join('')
      case 'reset':
        this.#moveTo(read.position)
        return this.#sendReset(read.reason)
      case 'wait':
        return undefined
      case 'ended':
        return this.#end('done')
      case 'abandoned':
        this.#stopReading()
        this.#openAfter(abandonedMs)
        return undefined
    }
  }

  /** Nothing is read any more. Idempotent. */
  leave(): void {
    this.#left = true
    this.#over = undefined
    this.#reset = undefined
    this.#options.timers.clearTimeout(this.#timer)
    this.#stopReading()
  }

  async #open(): Promise<void> {
    try {
      const log = await this.#options.log(this.#taskId)
      if (this.#left) return
      this.#waits = false
      const located = log.locate(this.#cursor)
      if (located.kind === 'ended') this.#over = 'done'
      else {
        this.#reset = located.reset
        const unsubscribe = log.subscribe(this.#options.wake)
        this.#reading = { log, position: located.position, unsubscribe }
      }
    } catch (error) {
      if (this.#left) return
      if (error instanceof Problem && error.status === 404) this.#over = 'not-found'
      else if (!isDatabaseFault(error)) return this.#options.broken(error)
      else {
        if (!this.#waits)
          this.#options.logger.warn({ err: error, taskId: this.#taskId }, 'a followed task waits for the database')
        this.#waits = true
        // Not all of them at once.
        return this.#openAfter(reopenMs * (0.5 + Math.random() / 2))
      }
    }
    this.#options.wake()
  }

  #openAfter(ms: number): void {
    this.#timer = this.#options.timers.setTimeout(() => void this.#open(), ms)
  }

  #moveTo(position: Cursor): void {
    if (this.#reading) this.#reading.position = position
    // At its beginning there is nothing yet that the client has.
    this.#cursor = position.seq === 0 && !position.ahead ? undefined : formatCursor(position)
  }

  #stopReading(): void {
    this.#reading?.unsubscribe()
    this.#reading = undefined
  }

  #sendReset(reason: ResetReason): string {
    this.#reset = undefined
    this.#cursor = undefined
    return this.#frame(JSON.stringify({ chunk: { type: 'data-reset', data: { reason }, transient: true } }))
  }

  #end(end: 'done' | 'not-found'): string {
    this.leave()
    return this.#frame(JSON.stringify({ end }))
  }

  /** No SSE `id`: the cursor of the stream is about the owner alone. */
  #frame(data: string): string {
    return `data: {"type":"data-followed","id":"${this.#taskId}","data":${data}}\n\n`
  }
}
