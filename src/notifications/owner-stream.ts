import type { FastifyBaseLogger } from 'fastify'
import type { Queries } from '../db/client.ts'
import { isDatabaseFault } from '../db/faults.ts'
import { resetFrame, type SseOptions, SseStream, type Timers } from '../sse/sse-stream.ts'
import type { EventLog } from '../tasks/log/event-log.ts'
import type * as taskStates from '../tasks/store/task-queries.ts'
import type { TaskState } from '../tasks/store/task-queries.ts'
import { type Follow, FollowedTask } from './followed-task.ts'
import type { NotificationLabels } from './label.ts'
import { clockMarginMs, formatCursor, type OwnerCursor, readCursor } from './owner-cursor.ts'
import type { OwnerHub, OwnerReader } from './owner-hub.ts'
import type { Feed, NotificationStore } from './store.ts'
import type { Reader } from './text.ts'
import { viewNotification } from './view.ts'

/** Events sent at once: bounds what one slow client can hold. */
const maxPerRead = 50

/** How long an owner's stream that follows tasks waits when the database did not answer: their texts go on meanwhile. */
export const retryMs = 3_000

/** The newest of the tasks that ended while a client was disconnected. */
const maxEnded = 200

export interface OwnerStreamOptions extends SseOptions {
  ownerId: string
  reader: Reader
  /** The last id the client has; without one, the stream begins now. */
  cursor?: string
  /** The tasks that it follows besides, at most `maxFollowed`. */
  follow?: readonly Follow[]
  /** The log of a task of that owner. @throws Problem `task-not-found` */
  log(taskId: string, ownerId: string): Promise<EventLog>
  queries: Queries
  store: NotificationStore
  labels: NotificationLabels
  tasks: Pick<typeof taskStates, 'states' | 'endedSince'>
  hub: OwnerHub
  logger: FastifyBaseLogger
}

/**
 * One connection of an owner: it carries what happens to their tasks, and their notifications.
 *
 * It first sends how many are unread (`data-unread`), with the cursor; then the tasks that have not ended (`data-task`), and
 * with a cursor those that ended since, and the notifications that came since; then everything as it happens. A notification
 * is sent once, in the order of their transactions. A task's state is sent as it is when there is room, so a slow client gets
 * the newest and not all. Nothing is buffered for it: notifications are read from the database when it can take them, and
 * one state is kept per task.
 *
 * The tasks that it follows are read from their logs, one after the other while there is room, beside all that: a database
 * that is away does not hold them up.
 *
 * It never ends by itself: on a fault, and when the server stops, it is destroyed, and the client reconnects.
 *
 * @throws Problem `too-many-streams`
 */
export class OwnerStream extends SseStream implements OwnerReader {
  readonly #options: OwnerStreamOptions
  readonly #leave: () => void
  readonly #changed = new Map<string, TaskState>()
  /** None for most streams: an array for each of those would cost more than it says. */
  #followed: FollowedTask[] | undefined
  /** The followed task that is read next. */
  #turn = 0
  #again: unknown
  #feed: Feed = { lastSeq: 0, unread: 0 }
  #begun = false
  #dirty = false
  #pumping = false

  constructor(options: OwnerStreamOptions) {
    super(options)
    this.#options = options
    try {
      this.#leave = options.hub.join(options.ownerId, this)
    } catch (refused) {
      this.#leave = () => {}
      this.destroy()
      throw refused
    }
    const { follow, ownerId, logger, timers = globalThis as Timers } = options
    this.#followed = follow?.map(
      one =>
        new FollowedTask(one, {
          log: taskId => options.log(taskId, ownerId),
          wake: () => this.pump(),
          broken: error => this.#breakOff(error),
          timers,
          logger,
        }),
    )
  }

  get feed(): Feed {
    return this.#feed
  }

  wake(): void {
    this.#dirty = true
    this.pump()
  }

  changed(task: TaskState): void {
    this.#changed.set(task.id, task)
    this.pump()
  }

  protected override leave(): void {
    this.#leave()
    this.#changed.clear()
    if (!this.#followed) return
    for (const task of this.#followed) task.leave()
    this.#timers.clearTimeout(this.#again)
  }

  protected override pump(): void {
    if (this.#followed) this.#pumpFollowed(this.#followed)
    if (!this.#pumping && this.wanted) void this.#pump()
  }

  /** Each gets its turn, also on a connection that takes one piece at a time. */
  #pumpFollowed(followed: readonly FollowedTask[]): void {
    for (let silent = 0; silent < followed.length && this.wanted; silent++) {
      const frames = followed[this.#turn % followed.length]?.read()
      this.#turn = (this.#turn + 1) % followed.length
      if (frames === undefined) continue
      this.send(frames)
      silent = -1
    }
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    try {
      while (this.wanted) {
        const frames = this.#begun ? await this.#next() : await this.#begin()
        if (this.destroyed) return
        if (frames.length > 0) this.send(frames.join(''))
        else if (!this.#dirty && this.#changed.size === 0) return
      }
    } catch (error) {
      if (this.destroyed) return
      if (!this.#followed || !isDatabaseFault(error)) this.#breakOff(error)
      else this.#pumpLater()
    } finally {
      this.#pumping = false
    }
  }

  #breakOff(error: unknown): void {
    this.#options.logger.warn({ err: error }, "an owner's stream broke off")
    this.destroy()
  }

  #pumpLater(): void {
    this.#dirty = true
    this.#timers.clearTimeout(this.#again)
    this.#again = this.#timers.setTimeout(() => this.pump(), retryMs)
  }

  get #timers(): Timers {
    return this.#options.timers ?? (globalThis as Timers)
  }

  async #begin(): Promise<string[]> {
    const { queries, store, tasks, hub, ownerId, cursor: given } = this.#options
    const at = Date.now()
    const feed = await store.feed(queries, ownerId)
    const cursor = given === undefined ? undefined : readCursor(given, feed)
    const states = await tasks.states(queries, [ownerId])
    if (cursor)
      states.push(...(await tasks.endedSince(queries, ownerId, new Date(cursor.at - clockMarginMs), maxEnded)))
    if (this.destroyed) return []
    hub.known(ownerId, states)
    // A state that was published meanwhile is newer.
    for (const state of states) if (!this.#changed.has(state.id)) this.#changed.set(state.id, state)
    this.#feed = { lastSeq: cursor?.seq ?? feed.lastSeq, unread: feed.unread }
    this.#dirty = true
    this.#begun = true
    const reset = given !== undefined && !cursor
    const first = cursor ?? { seq: feed.lastSeq, at }
    return [...(reset ? [resetFrame('cursor')] : []), unreadFrame(feed.unread, first)]
  }

  async #next(): Promise<string[]> {
    return this.#changed.size > 0 ? this.#states() : this.#dirty ? this.#notifications() : []
  }

  /** Only the last frame has the cursor, and only when everything before that cursor was sent. */
  #states(): string[] {
    const states = Array.from(this.#changed.values()).slice(0, maxPerRead)
    for (const { id } of states) this.#changed.delete(id)
    const cursor = this.#changed.size === 0 ? { seq: this.#feed.lastSeq, at: Date.now() } : undefined
    return states.map(({ id, kind, status, stage }, index) =>
      frame(
        { type: 'data-task', id, data: { id, kind, status, stage } },
        index === states.length - 1 ? cursor : undefined,
      ),
    )
  }

  async #notifications(): Promise<string[]> {
    const { queries, store, labels, ownerId, reader } = this.#options
    const at = Date.now()
    this.#dirty = false
    const before = this.#feed
    // First: every notification up to it can then be read.
    const feed = await store.feed(queries, ownerId)
    const found = await store.since(queries, ownerId, before.lastSeq, maxPerRead)
    const last = found.at(-1)
    if (found.length === maxPerRead && last) {
      this.#dirty = true
      this.#feed = { lastSeq: last.seq, unread: before.unread }
    } else this.#feed = { lastSeq: Math.max(feed.lastSeq, last?.seq ?? 0), unread: feed.unread }
    const frames = found.map(notification =>
      frame(
        { type: 'data-notification', id: notification.id, data: viewNotification(notification, reader, labels) },
        { seq: notification.seq, at },
      ),
    )
    if (this.#feed.unread !== before.unread)
      frames.push(unreadFrame(this.#feed.unread, { seq: this.#feed.lastSeq, at }))
    return frames
  }
}

function unreadFrame(unread: number, cursor: OwnerCursor): string {
  return frame({ type: 'data-unread', data: { unread } }, cursor)
}

function frame(chunk: object, cursor?: OwnerCursor): string {
  return `${cursor ? `id: ${formatCursor(cursor)}\n` : ''}data: ${JSON.stringify(chunk)}\n\n`
}
