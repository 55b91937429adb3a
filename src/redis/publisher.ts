import type { FastifyBaseLogger } from 'fastify'
import type { EventLog } from '../tasks/log/event-log.ts'
import type { Publication } from '../tasks/log/replication.ts'
import { replaced, unpublished } from './append-script.ts'
import type { RedisConnections } from './connections.ts'
import type { Keys } from './keys.ts'
import { LogPublication } from './log-publication.ts'

/** How long a log is kept after its last event: later readers get one rebuilt from the saved rows. */
const ttlSeconds = 3_600

/** The most characters in one round trip: of one log, and of all logs. */
const maxCharsOfLog = 65_536
const maxChars = 1_048_576

/**
 * Wait before sending again what Redis refused, for lack of memory, say: so each log costs one batch in that time, no
 * more.
 */
const refusedMs = 1_000

/**
 * Sends the events that this instance's attempts append to their logs.
 *
 * Nothing is queued: a publication is a log and the seq up to which Redis has it, so an outage costs no memory, and the
 * events missing after it are sent then. One round trip is under way at a time, with all events appended in the
 * meantime: the slower Redis is, the larger the batches.
 */
export class Publisher {
  readonly #redis: RedisConnections
  readonly #keys: Keys
  readonly #logger: FastifyBaseLogger
  readonly #onReplaced: (taskId: string) => void
  readonly #publications = new Set<LogPublication>()
  /** Publications that may have events to send. */
  readonly #changed = new Set<LogPublication>()
  /** Publications that Redis refused a moment ago: they wait, the others do not. */
  readonly #refused = new Set<LogPublication>()
  #flushing: Promise<void> | undefined
  #scheduled: NodeJS.Immediate | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false

  /** @param onReplaced called with a task in whose log another attempt has begun */
  constructor(
    redis: RedisConnections,
    keys: Keys,
    { logger, onReplaced }: { logger: FastifyBaseLogger; onReplaced: (taskId: string) => void },
  ) {
    this.#redis = redis
    this.#keys = keys
    this.#logger = logger
    this.#onReplaced = onReplaced
    // Redis may have lost everything.
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

  /** Rewrites the log of a task from its first event: a follower misses its beginning. */
  rewrite(taskId: string): void {
    for (const publication of this.#publications) {
      if (publication.log.taskId !== taskId) continue
      publication.rewrite = true
      this.#change(publication)
    }
  }

  /** Stops sending a task's log, and removes it from Redis; if Redis is unavailable, the log expires after an hour. */
  remove(taskId: string): void {
    for (const publication of this.#publications) if (publication.log.taskId === taskId) publication.drop()
    if (this.#redis.commands.status !== 'ready') return
    // Queued behind the round trip under way.
    this.#redis.commands.del(this.#keys.log(taskId)).catch(error => {
      this.#logger.warn({ err: error, taskId }, 'what was written of a removed task stays in Redis for an hour')
    })
  }

  /** Sends the remaining events, if Redis takes them within `ms`. */
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
    // Sends with it all events appended in this turn of the event loop, or during the round trip under way.
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

  /** Never rejects. Events that cannot be sent are sent after the reconnection. */
  async #flush(): Promise<void> {
    // Must not end before `#flushing` is set.
    await undefined
    try {
      while (this.#changed.size > 0 && this.#redis.commands.status === 'ready') await this.#send()
    } catch (error) {
      this.#logger.error({ err: error }, 'events could not be sent to Redis')
    }
  }

  /** Waits before sending again what Redis refused. */
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
      const rewrite = publication.rewrite ? 1 : 0
      pipeline.conchAppend(this.#keys.log(log.taskId), attempt, acknowledged + 1, ttlSeconds, rewrite, ...events)
      for (const event of events) chars += event.length
      sent.push(publication)
    }
    if (sent.length === 0) return
    const results = await pipeline.exec().catch((error: Error) => sent.map((): [Error, unknown] => [error, undefined]))
    const connected = this.#redis.commands.status === 'ready'
    let fault: Error | undefined
    for (const [index, publication] of sent.entries()) {
      // The publication may have been dropped meanwhile.
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
    if (followers !== unpublished) publication.followers = followers
    if (publication.more) this.#change(publication)
    else publication.dropIfEnded()
  }
}
