import type { FastifyBaseLogger } from 'fastify'
import type { Queries } from '../db/client.ts'
import type { Timers } from '../sse/sse-stream.ts'
import type * as taskStates from '../tasks/store/task-queries.ts'
import type { TaskState } from '../tasks/store/task-queries.ts'
import { type TaskStatus, taskEnded } from '../tasks/task.ts'
import { tooManyStreams } from './errors.ts'
import type { Feed, NotificationStore } from './store.ts'

/**
 * The time between two queries for what other processes have done for the owners that are connected here. Owners see it
 * within 5 s, the query included.
 */
export const refreshMs = 4_000

/** Connections of one owner. A browser needs one; the hub refuses more until one has closed. */
export const maxReaders = 20

/** One connection of an owner. */
export interface OwnerReader {
  /** The position up to which it has read. */
  readonly feed: Feed
  /** Called when there may be notifications that it has not read. */
  wake(): void
  /** Called when a task of its owner's has changed its state. */
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
  /** Tasks that had not ended when their states were last sent to the owner; at most as many as may wait and run. */
  unfinished: Map<string, TaskStatus>
}

/**
 * The owners that are connected to this process. What happens in this process is published at once; what other processes do is
 * queried every few seconds, for all owners together. Nothing of an owner is kept after their last connection has closed.
 */
export class OwnerHub {
  readonly #options: OwnerHubOptions
  readonly #owners = new Map<string, Connected>()
  /** Tasks that were published while a query was running, which may return an older state of them. */
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

  /** Publishes to the reader until the returned function is called. @throws Problem `too-many-streams` */
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

  /** A task of this process has changed its state. */
  publishTaskState({ id, ownerId, kind, status, stage }: TaskState): void {
    const connected = this.#owners.get(ownerId)
    if (!connected) return
    this.#publishedMeanwhile?.add(id)
    remember(connected, id, status)
    for (const reader of connected.readers) reader.changed({ id, ownerId, kind, status, stage })
  }

  /** This process stored a task; it may run by now. */
  accepted(task: TaskState): void {
    if (!this.#owners.get(task.ownerId)?.unfinished.has(task.id)) this.publishTaskState(task)
  }

  /** A reader was sent these states, as they are in the database. */
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

  /** One refresh at a time, and one scheduled: none while one runs, which schedules the next. */
  #schedule(): void {
    if (this.#timer !== undefined || this.#looking || this.#closed) return
    this.#timer = this.#options.timers.setTimeout(() => {
      this.#timer = undefined
      this.#looking = this.#lookAgain()
    }, refreshMs)
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

  /** Queries once for all connected owners, and sends each what it did not know. */
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
