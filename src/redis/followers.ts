import type { FastifyBaseLogger } from 'fastify'
import type { EventLog } from '../tasks/log/event-log.ts'
import type { FollowFrom, Following } from '../tasks/log/replication.ts'
import { readMessage } from './append-script.ts'
import type { RedisConnections } from './connections.ts'
import type { Keys } from './keys.ts'

/** Entries read in one round trip. */
const pageSize = 500

/** The most characters of messages kept while the log is being read; beyond it the log is read again. */
const maxHeldChars = 262_144

/** The least time between two requests to rewrite a log. */
const rewriteAgainMs = 2_000

export interface FollowersOptions {
  logger: FastifyBaseLogger
  /** Asks the instance that writes a task's log to rewrite it: its beginning is missing in Redis. */
  askRewrite(taskId: string): void
}

/**
 * Keeps mirrors up to date with the logs that other instances write.
 *
 * A follower that listens first subscribes, then reads the log, then takes messages. Messages may be lost: the follower
 * reads again when an event before a message is missing, after a reconnection, and on request.
 */
export class Followers {
  readonly #redis: RedisConnections
  readonly #keys: Keys
  readonly #options: FollowersOptions
  /** By channel name. */
  readonly #followers = new Map<string, Follower>()

  constructor(redis: RedisConnections, keys: Keys, options: FollowersOptions) {
    this.#redis = redis
    this.#keys = keys
    this.#options = options
    redis.subscriber.on('message', (channel: string, message: string) => this.#followers.get(channel)?.take(message))
    redis.subscriber.on('ready', () => void this.#resubscribe())
    redis.commands.on('ready', () => this.#syncAll())
  }

  /** One per task. */
  follow(mirror: EventLog, from: FollowFrom): Following {
    const channel = this.#keys.log(mirror.taskId)
    const follower = new Follower(channel, mirror, from, this.#redis, {
      ...this.#options,
      // If the connection breaks meanwhile, all channels are subscribed again after the reconnection.
      subscribe: async () => {
        if (this.#redis.subscriber.status === 'ready') await this.#redis.subscriber.subscribe(channel).catch(() => {})
      },
      unsubscribe: () => {
        if (this.#followers.get(channel) !== follower) return
        if (this.#redis.subscriber.status === 'ready') this.#redis.subscriber.unsubscribe(channel).catch(() => {})
      },
      stopped: () => {
        if (this.#followers.get(channel) === follower) this.#followers.delete(channel)
      },
    })
    this.#followers.set(channel, follower)
    void follower.sync()
    return follower
  }

  /** Reads a task's log into an empty one. */
  async read(mirror: EventLog): Promise<void> {
    await readLog(this.#redis, this.#keys.log(mirror.taskId), mirror, 0)
  }

  close(): void {
    for (const follower of this.#followers.values()) follower.stop()
  }

  async #resubscribe(): Promise<void> {
    const channels = Array.from(this.#followers).flatMap(([channel, { listening }]) => (listening ? channel : []))
    try {
      if (channels.length > 0) await this.#redis.subscriber.subscribe(...channels)
      this.#syncAll()
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'cannot subscribe; doing so with the next connection')
    }
  }

  #syncAll(): void {
    for (const follower of this.#followers.values()) void follower.sync()
  }
}

interface FollowerOptions extends FollowersOptions {
  /** Never rejects. */
  subscribe(): Promise<void>
  unsubscribe(): void
  stopped(): void
}

class Follower implements Following {
  heardAt = performance.now()
  listening = false
  #subscribed: Promise<void> | undefined
  readonly #channel: string
  readonly #mirror: EventLog
  readonly #from: FollowFrom
  readonly #redis: RedisConnections
  readonly #options: FollowerOptions
  #syncing: Promise<void> | undefined
  /** A message came, or an event was missed, during the read. */
  #again = false
  /** Messages that came during the read. */
  #held: string[] = []
  #heldChars = 0
  #rewriteAskedAt = Number.NEGATIVE_INFINITY
  #stopped = false

  constructor(channel: string, mirror: EventLog, from: FollowFrom, redis: RedisConnections, options: FollowerOptions) {
    this.#channel = channel
    this.#mirror = mirror
    this.#from = from
    this.#redis = redis
    this.#options = options
  }

  sync(): Promise<void> {
    this.#again = !this.#stopped
    this.#syncing ??= this.#sync().finally(() => {
      this.#syncing = undefined
      // Requested when the read was as good as over.
      if (this.#again) void this.sync()
    })
    return this.#syncing
  }

  take(message: string): void {
    this.heardAt = performance.now()
    if (!this.#syncing) {
      this.#apply(message)
      return
    }
    this.#held.push(message)
    this.#heldChars += message.length
    if (this.#heldChars <= maxHeldChars) return
    this.#dropHeld()
    this.#again = true
  }

  listen(listening: boolean): void {
    if (this.#stopped || listening === this.listening) return
    this.listening = listening
    if (!listening) {
      this.#options.unsubscribe()
      return
    }
    this.#subscribed = this.#options.subscribe()
    void this.sync()
  }

  stop(): void {
    if (this.#stopped) return
    this.listen(false)
    this.#stopped = true
    this.#again = false
    this.#options.stopped()
  }

  async #sync(): Promise<void> {
    while (this.#again) {
      this.#again = false
      try {
        // Otherwise messages sent between the read and the subscription would be missed.
        await this.#subscribed
        if (this.#redis.commands.status !== 'ready') return
        const { running, voidAttempt } = this.#from
        const found = await readLog(this.#redis, this.#channel, this.#mirror, voidAttempt, () => this.#stopped)
        this.heardAt = performance.now()
        if (found === 'cut' || (found === 'nothing' && running)) this.#askRewrite()
      } catch (error) {
        this.#options.logger.debug({ err: error }, 'cannot read a log from Redis; doing so when it is back')
        return
      } finally {
        const held = this.#held
        this.#dropHeld()
        for (const message of held) this.#apply(message)
      }
    }
  }

  #dropHeld(): void {
    this.#held = []
    this.#heldChars = 0
  }

  #apply(message: string): void {
    if (this.#stopped) return
    const { attempt, first, events } = readMessage(message)
    if (attempt <= this.#from.voidAttempt) return
    try {
      const missing = events.some((event, index) => !this.#mirror.mirror({ attempt, seq: first + index }, event))
      if (missing) void this.sync()
    } catch (error) {
      this.#options.logger.warn({ err: error, taskId: this.#mirror.taskId }, 'what came from Redis is no event')
    }
  }

  /** The log in Redis is lost, or cut at its beginning. */
  #askRewrite(): void {
    if (performance.now() - this.#rewriteAskedAt < rewriteAgainMs) return
    this.#rewriteAskedAt = performance.now()
    this.#options.askRewrite(this.#mirror.taskId)
  }
}

/** Reads the events that `mirror` misses of the attempts after `voidAttempt`; `cut` when their beginning is missing. */
async function readLog(
  { commands }: RedisConnections,
  key: string,
  mirror: EventLog,
  voidAttempt: number,
  stopped = () => false,
): Promise<'all' | 'cut' | 'nothing'> {
  for (;;) {
    const { attempt, seq } = mirror.lastId
    const from = attempt > voidAttempt ? `(${attempt}-${seq}` : `${voidAttempt + 1}-0`
    const page = await commands.xrange(key, from, '+', 'COUNT', pageSize)
    if (stopped()) return 'all'
    for (const [id, fields] of page) {
      const [attempt, seq] = id.split('-').map(Number)
      if (!mirror.mirror({ attempt: attempt ?? 0, seq: seq ?? 0 }, fields[1] ?? '')) return 'cut'
    }
    if (page.length < pageSize) return mirror.attempt > voidAttempt ? 'all' : 'nothing'
  }
}
