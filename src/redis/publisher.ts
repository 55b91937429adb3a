import type { FastifyBaseLogger } from 'fastify'
import type { EventLog } from '../tasks/log/event-log.ts'
import type { Publication } from '../tasks/log/replication.ts'
import { replaced, untold } from './append-script.ts'
import type { RedisConnections } from './connections.ts'
import type { Keys } from './keys.ts'
import { LogPublication } from './log-publication.ts'

/** How long a log is kept after its last event: later readers are served from the saved rows. */
const ttlSeconds = 3_600

/** What goes into one round trip, in characters: of one log, and of all together. */
const maxCharsOfLog = 65_536
const maxChars = 1_048_576

/** Wait before what Redis refused is sent again: it wants memory, say. So each log costs a batch in that time, no more. */
const refusedMs = 1_000

/**
 * Sends what the attempts of this instance append to their logs.
 *
 * Nothing is queued: a publication is a log and the seq up to which Redis has it, so an outage costs no memory, and what is
 * sent next is what is missing then. One round trip is under way at a time, with all that was appended in the meantime: the
 * slower Redis is, the larger the batches.
 */
export class Publisher {
  readonly #redis: RedisConnections
  readonly #keys: Keys
  readonly #logger: FastifyBaseLogger
  readonly #onReplaced: (taskId: string) => void
  readonly #publications = new Set<LogPublication>()
  /** Those that may have something to send. */
  readonly #changed = new Set<LogPublication>()
  /** Those that Redis refused a moment ago: they wait, the others do not. */
  readonly #refused = new Set<LogPublication>()
  #flushing: Promise<void> | undefined
  #scheduled: NodeJS.Immediate | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false

  /** @param onReplaced told of a task whose log says that another attempt has begun */
  constructor(
    redis: RedisConnections,
    keys: Keys,
    { logger, onReplaced }: { logger: FastifyBaseLogger; onReplaced: (taskId: string) => void },
  ) {
    this.#redis = redis
    this.#keys = keys
    this.#logger = logger
    this.#onReplaced = onReplaced
    // It may have lost everything.
    redis.commands.on('ready', () => this.#askAll())
  }

  publish(log: EventLog, attempt: number): Publication {
    const publication = new LogPublication(log, attempt, {
      changed: () => this.#change(publication),
      dropped: () => this.#drop(publication),
    })
    this.#publications.add(publication)
    this.#change(publication)
    return publication
  }

  /** Somebody misses the beginning of what is written here. */
  writeAnew(taskId: string): void {
    for (const publication of this.#publications) {
      if (publication.log.taskId !== taskId) continue
      publication.anew = true
      this.#change(publication)
    }
  }

  /** Nothing more of a task's log is sent, and what was is removed; if Redis is away, it goes by itself in an hour. */
  remove(taskId: string): void {
    for (const publication of this.#publications) if (publication.log.taskId === taskId) publication.drop()
    if (this.#redis.commands.status !== 'ready') return
    // Behind what is under way.
    this.#redis.commands.del(this.#keys.log(taskId)).catch(error => {
      this.#logger.warn({ err: error, taskId }, 'what was written of a removed task stays in Redis for an hour')
    })
  }

  /** Sends what is left, if Redis takes it within `ms`. */
  async close(ms: number): Promise<void> {
    this.#tryAgain()
    this.#begin()
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, ms)
    await Promise.race([this.#flushing, late.promise])
    clearTimeout(timer)
    this.#closed = true
    clearImmediate(this.#scheduled)
    clearTimeout(this.#retry)
    for (const publication of this.#publications) publication.drop()
  }

  #change(publication: LogPublication): void {
    if (this.#closed || this.#refused.has(publication)) return
    this.#changed.add(publication)
    // What else is appended in this turn of the event loop goes along. While a round trip is under way, so does this.
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined
      this.#begin()
    })
  }

  #drop(publication: LogPublication): void {
    this.#publications.delete(publication)
    this.#changed.delete(publication)
    this.#refused.delete(publication)
  }

  #askAll(): void {
    for (const publication of this.#publications) {
      publication.unsure = true
      this.#change(publication)
    }
  }

  #begin(): void {
    if (this.#closed) return
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined
    })
  }

  /** Never rejects. What cannot be sent is sent when the connection is back. */
  async #flush(): Promise<void> {
    // Never over before it is noted that it has begun.
    await undefined
    try {
      while (this.#changed.size > 0 && this.#redis.commands.status === 'ready') await this.#send()
    } catch (error) {
      this.#logger.error({ err: error }, 'events could not be sent to Redis')
    }
  }

  /** Sends later what Redis has refused. */
  #wait(error: Error): void {
    this.#logger.warn({ err: error, logs: this.#refused.size }, 'Redis refused events; trying again')
    this.#retry ??= setTimeout(() => this.#tryAgain(), refusedMs)
  }

  #tryAgain(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
    const refused = Array.from(this.#refused)
    this.#refused.clear()
    for (const publication of refused) this.#change(publication)
  }

  async #send(): Promise<void> {
    const pipeline = this.#redis.commands.pipeline()
    const sent: LogPublication[] = []
    let chars = 0
    for (const publication of this.#changed) {
      if (chars >= maxChars) break
      this.#changed.delete(publication)
      const events = publication.next(maxCharsOfLog)
      if (!events) continue
      const { log, attempt, acknowledged } = publication
      const anew = publication.anew ? 1 : 0
      pipeline.conchAppend(this.#keys.log(log.taskId), attempt, acknowledged + 1, ttlSeconds, anew, ...events)
      for (const event of events) chars += event.length
      sent.push(publication)
    }
    if (sent.length === 0) return
    const results = await pipeline.exec().catch((error: Error) => sent.map((): [Error, unknown] => [error, undefined]))
    const connected = this.#redis.commands.status === 'ready'
    let fault: Error | undefined
    for (const [index, publication] of sent.entries()) {
      // It may have been dropped meanwhile.
      if (!this.#publications.has(publication)) continue
      const [error, answer] = results?.[index] ?? [new Error('no answer')]
      if (error) {
        fault = error
        publication.unsure = true
        const waiting = connected ? this.#refused : this.#changed
        waiting.add(publication)
      } else {
        this.#settle(publication, answer as [number, number])
      }
    }
    if (fault && connected) this.#wait(fault)
  }

  #settle(publication: LogPublication, [known, followers]: [number, number]): void {
    if (known === replaced) {
      publication.drop()
      this.#onReplaced(publication.log.taskId)
      return
    }
    publication.settle(known)
    if (followers !== untold) publication.followers = followers
    if (publication.more) this.#change(publication)
    else publication.dropIfEnded()
  }
}
