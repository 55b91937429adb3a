import type { FastifyBaseLogger } from 'fastify'
import type { Queries } from '../db/client.ts'
import type { Timers } from '../sse/sse-stream.ts'
import type * as taskStates from '../tasks/store/task-queries.ts'
import type { TaskState } from '../tasks/store/task-queries.ts'
import { type TaskStatus, taskEnded } from '../tasks/task.ts'
import { tooManyStreams } from './errors.ts'
import type { Feed, NotificationStore } from './store.ts'

/**
 * How long after one look the next one asks the database what other processes have done for the owners that are connected
 * here. Their owners see it within 5 s, what the asking takes included.
 */
export const lookMs = 4_000

/** Connections of one owner. A browser needs one; what comes beyond is refused until another has gone. */
export const maxReaders = 20

/** A connection of an owner's. */
export interface OwnerReader {
  /** As far as it has read. */
  readonly feed: Feed
  /** There may be notifications that it has not read. */
  wake(): void
  /** A task of its owner's is in another state. */
  changed(task: TaskState): void
}

export interface OwnerHubOptions {
  queries: Queries
  tasks: Pick<typeof taskStates, 'states'>
  store: Pick<NotificationStore, 'feeds'>
  timers: Timers
  logger: FastifyBaseLogger
}

interface Connected {
  readers: Set<OwnerReader>
  /** Tasks that had not ended when their owner was last told of them; as many as may wait and run at the most. */
  unfinished: Map<string, TaskStatus>
}

/**
 * The owners that are connected to this process. What happens here is told at once; what other processes do is looked up
 * every few seconds, for all owners together. Nothing is kept of an owner whose last connection has gone.
 */
export class OwnerHub {
  readonly #options: OwnerHubOptions
  readonly #owners = new Map<string, Connected>()
  /** Tasks that were told of while the database was being asked: what it says of them may be older. */
  #publishedMeanwhile: Set<string> | undefined
  #timer: unknown
  #looking: Promise<void> | undefined
  #closed = false

  constructor(options: OwnerHubOptions) {
    this.#options = options
  }

  /** Owners that are connected. */
  get size(): number {
    return this.#owners.size
  }

  /** From now on the reader is told, until the returned function is called. @throws Problem `too-many-streams` */
  join(ownerId: string, reader: OwnerReader): () => void {
    const connected = this.#owners.get(ownerId) ?? { readers: new Set(), unfinished: new Map() }
    if (connected.readers.size >= maxReaders) throw tooManyStreams()
    this.#owners.set(ownerId, connected)
    connected.readers.add(reader)
    this.#schedule()
    return () => {
      connected.readers.delete(reader)
      if (connected.readers.size === 0 && this.#owners.get(ownerId) === connected) this.#owners.delete(ownerId)
      if (this.#owners.size === 0) this.#unschedule()
    }
  }

  /** A task of this process is in another state. */
  publishTaskState({ id, ownerId, kind, status, stage }: TaskState): void {
    const connected = this.#owners.get(ownerId)
    if (!connected) return
    this.#publishedMeanwhile?.add(id)
    remember(connected, id, status)
    for (const reader of connected.readers) reader.changed({ id, ownerId, kind, status, stage })
  }

  /** A task was stored here; it may run by now. */
  accepted(task: TaskState): void {
    if (!this.#owners.get(task.ownerId)?.unfinished.has(task.id)) this.publishTaskState(task)
  }

  /** A reader was told of these as they are in the database. */
  known(ownerId: string, tasks: readonly TaskState[]): void {
    const connected = this.#owners.get(ownerId)
    if (connected) for (const { id, status } of tasks) remember(connected, id, status)
  }

  /** An owner has a new notification, or has read some. */
  notified(ownerId: string): void {
    for (const reader of this.#owners.get(ownerId)?.readers ?? []) reader.wake()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#unschedule()
    await this.#looking
  }

  /** One look at a time, and one to come: none while one is under way, which schedules the next. */
  #schedule(): void {
    if (this.#timer !== undefined || this.#looking || this.#closed) return
    this.#timer = this.#options.timers.setTimeout(() => {
      this.#timer = undefined
      this.#looking = this.#lookAgain()
    }, lookMs)
  }

  #unschedule(): void {
    if (this.#timer !== undefined) this.#options.timers.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #lookAgain(): Promise<void> {
    try {
      await this.refresh()
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'cannot look for what other processes did; trying again')
    }
    this.#looking = undefined
    if (this.#owners.size > 0) this.#schedule()
  }

  /** Asks the database once for all that are connected, and tells each what it did not know. */
  async refresh(): Promise<void> {
    const { queries, tasks, store } = this.#options
    const owners = Array.from(this.#owners.keys())
    const unfinished = Array.from(this.#owners.values(), connected => [...connected.unfinished.keys()]).flat()
    const published = new Set<string>()
    this.#publishedMeanwhile = published
    const feeds = await store.feeds(queries, owners)
    const states = await tasks.states(queries, owners, unfinished)
    this.#publishedMeanwhile = undefined
    for (const [ownerId, { lastSeq, unread }] of feeds) {
      for (const reader of this.#owners.get(ownerId)?.readers ?? []) {
        if (reader.feed.lastSeq < lastSeq || reader.feed.unread !== unread) reader.wake()
      }
    }
    for (const task of states) {
      const knownAs = this.#owners.get(task.ownerId)?.unfinished.get(task.id)
      if (!published.has(task.id) && task.status !== knownAs) this.publishTaskState(task)
    }
    const found = new Set(states.map(({ id }) => id))
    const gone = unfinished.filter(id => !found.has(id) && !published.has(id))
    for (const { unfinished } of this.#owners.values()) for (const id of gone) unfinished.delete(id)
  }
}

function remember({ unfinished }: Connected, id: string, status: TaskStatus): void {
  if (taskEnded(status)) unfinished.delete(id)
  else unfinished.set(id, status)
}
