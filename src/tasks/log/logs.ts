import { Problem } from '../../base/problem.ts'
import { isDatabaseFault } from '../../db/faults.ts'
import type { Timers } from '../../sse/sse-stream.ts'
import type { TaskRow } from '../store/rows.ts'
import { taskEnded } from '../task.ts'
import { formatCursor } from './event.ts'
import { EventLog } from './event-log.ts'
import type { LivenessLease } from './lease.ts'
import { Mirrors, type MirrorsOptions } from './mirrors.ts'
import { fillQueued, fillSaved } from './rebuild.ts'
import type { Publication, Replication } from './replication.ts'
import type { SavedTask } from './saved-task.ts'

/** How long an ended log that nobody reads stays in memory; later readers get one rebuilt from the saved rows. */
const retentionMs = 60_000

/** How long one that another instance writes is followed for nobody. */
const mirrorRetentionMs = 5_000

/** At most this many ended or unread logs are kept; beyond it the oldest goes at once. */
const maxRetained = 2_000

/** What there is to know of logs that other instances write. */
export interface Elsewhere extends Pick<MirrorsOptions, 'taskPositions' | 'replication' | 'logger'> {
  lease: LivenessLease
}

/**
 * The logs that are open in this process, one per task. Whoever asks for a task's log gets the same one, so a reader
 * that comes while an attempt begins or ends cannot miss anything.
 *
 * A log is written by an attempt of this process, or mirrors what another instance writes, or tells what was saved. It
 * stays while an attempt writes it or somebody reads it, and for a minute after its end.
 *
 * All of it in one file: whoever wonders which of these a log is, and how it becomes another, sees each change here.
 */
export class Logs {
  readonly #open = new Map<string, EventLog>()
  /** Tasks whose attempt runs in this process, and how others get to know what it writes. */
  readonly #written = new Map<string, Publication | undefined>()
  /** Logs that may go, in the order in which they became so. */
  readonly #idle = new Map<string, unknown>()
  /** Rows being read for readers whose task has no log yet. */
  readonly #readings = new Set<{ taskId: string; outdated: boolean }>()
  readonly #timers: Timers
  readonly #load: (taskId: string) => Promise<SavedTask>
  readonly #elsewhere: { mirrors: Mirrors; replication: Replication | undefined; lease: LivenessLease } | undefined

  /**
   * @param load reads a task and its outputs, in one state
   * @param elsewhere if there may be other instances
   */
  constructor(
    load: (taskId: string) => Promise<SavedTask>,
    timers: Timers = globalThis as Timers,
    elsewhere?: Elsewhere,
  ) {
    this.#load = load
    this.#timers = timers
    if (!elsewhere) return
    const { taskPositions, replication, logger, lease } = elsewhere
    const mirrors = new Mirrors({
      taskPositions,
      replication,
      logger,
      timers,
      onOutdated: taskId => void this.reconcile(taskId),
    })
    this.#elsewhere = { mirrors, replication, lease }
    lease.onValid = () => {
      for (const taskId of this.#written.keys()) this.#open.get(taskId)?.wake()
    }
  }

  get size(): number {
    return this.#open.size
  }

  /**
   * The log that an attempt writes, kept until `release`. If another attempt of this process still writes the task's log,
   * that one is abandoned, and what it goes on to write is seen by nobody.
   */
  forWriting({ id: taskId, kind, attempt }: Pick<TaskRow, 'id' | 'kind' | 'attempt'>): EventLog {
    this.#outdate(taskId)
    this.#elsewhere?.mirrors.stop(taskId)
    const open = this.#open.get(taskId)
    if (this.#written.has(taskId)) open?.abandon()
    const log = open && !this.#written.has(taskId) ? open : this.#add(new EventLog(taskId, kind))
    this.#written.get(taskId)?.end()
    this.#written.set(taskId, this.#elsewhere?.replication?.publish(log, attempt))
    log.lease = this.#elsewhere?.lease
    this.#keep(taskId)
    return log
  }

  /** The attempt no longer writes: from now on the log goes when nobody has read it for a while. */
  release(taskId: string): void {
    this.#written.get(taskId)?.end()
    this.#written.delete(taskId)
    const log = this.#open.get(taskId)
    if (log) log.lease = undefined
    log?.wake()
    this.#retire(taskId)
  }

  /** The log of a task if its attempt runs here. */
  written(taskId: string): EventLog | undefined {
    return this.#written.has(taskId) ? this.#open.get(taskId) : undefined
  }

  /** The log of a task that runs, here or elsewhere; it may be behind. `undefined` when there is none to be had. */
  async live(task: TaskRow): Promise<EventLog | undefined> {
    if (this.#written.has(task.id)) return this.#open.get(task.id)
    if (task.status !== 'running' || !this.#elsewhere?.replication) return undefined
    try {
      return await this.forReading(task)
    } catch (error) {
      // It has been removed, or the database has gone away, since its row was read: what that says is still to be shown.
      if (error instanceof Problem || isDatabaseFault(error)) return undefined
      throw error
    }
  }

  /** Whether somebody follows the task, as far as is known here. */
  watched(taskId: string): boolean {
    return (this.#open.get(taskId)?.readerCount ?? 0) > 0 || (this.#written.get(taskId)?.followers ?? 0) > 0
  }

  /** What other instances have of the task's last attempt, which was lost; empty if nothing is known of it. */
  async lost({ id, kind }: Pick<TaskRow, 'id' | 'kind'>): Promise<EventLog> {
    const log = new EventLog(id, kind)
    // It is better to have the text than to wait for it.
    await this.#elsewhere?.replication?.read(log).catch(() => {})
    return log
  }

  /**
   * `forReading` for a task whose row is yet to be read: `read` does it, and of one that waits nothing more is asked for. So
   * whoever creates a task and watches it, as most do, costs one statement instead of five.
   */
  async open(taskId: string, read: () => Promise<TaskRow>): Promise<EventLog> {
    const { found: task, outdated } = await this.#reading(taskId, read)
    if (task.status === 'queued' && !outdated && !this.#open.has(taskId)) {
      this.#fill({ task, outputs: [] })
      this.#retire(taskId)
    }
    return this.forReading(task)
  }

  /**
   * The log of a task as a reader wants it. The row may be older than the log: the log is right.
   *
   * Call `subscribe` on it (or make an `EventStream`) in the same turn of the event loop.
   */
  async forReading(task: TaskRow): Promise<EventLog> {
    const mirrors = this.#elsewhere?.mirrors
    if (!mirrors) return this.#find(task)
    if (await mirrors.catchUp(task)) return this.#find(task)
    const log = await this.#find(task)
    // It may have been opened only now.
    return (await mirrors.catchUp(task)) ? this.#find(task) : log
  }

  async #find(task: TaskRow): Promise<EventLog> {
    for (;;) {
      const open = this.#current(task)
      if (open) return open
      const saved = await this.#loadCurrent(task.id)
      const raced = saved && this.#current(saved.task)
      if (raced) return raced
      if (!saved) continue
      const log = this.#fill(saved)
      this.#retire(task.id)
      return log
    }
  }

  /** The rows of a task; `undefined` when it was begun or refreshed meanwhile, so that they may be older than that. */
  async #loadCurrent(taskId: string): Promise<SavedTask | undefined> {
    const { found, outdated } = await this.#reading(taskId, () => this.#load(taskId))
    return outdated ? undefined : found
  }

  /** What is found in the rows of a task, and whether it was begun or refreshed meanwhile. */
  async #reading<T>(taskId: string, read: () => Promise<T>): Promise<{ found: T; outdated: boolean }> {
    const reading = { taskId, outdated: false }
    this.#readings.add(reading)
    try {
      const found = await read()
      return { found, outdated: reading.outdated }
    } finally {
      this.#readings.delete(reading)
    }
  }

  /** What is being read of the rows of a task is older than what has just happened to it. */
  #outdate(taskId: string): void {
    for (const reading of this.#readings) if (reading.taskId === taskId) reading.outdated = true
  }

  /**
   * Tells the readers of a task that is not being written what has been saved: it was cancelled or queued again. Of one that
   * runs its attempt tells them.
   */
  refresh(saved: SavedTask): void {
    this.#outdate(saved.task.id)
    const log = this.#open.get(saved.task.id)
    if (!log || this.#written.has(saved.task.id) || saved.task.status === 'running') return
    // The next attempt has begun elsewhere since these rows were read.
    if (log.attempt > saved.task.attempt) return
    // To begin it again would cut off a reader that has not come to its end.
    const known = log.terminal && formatCursor(log.terminal) === saved.task.terminalId
    if (!known) this.#fill(saved)
  }

  /** The rows of a task may have changed: its readers here are told what they say. Never rejects. */
  async reconcile(taskId: string): Promise<void> {
    if (!this.#open.has(taskId) || this.#written.has(taskId)) return
    try {
      const saved = await this.#loadCurrent(taskId)
      if (saved) this.refresh(saved)
    } catch (error) {
      if (error instanceof Problem) this.forget(taskId)
      // While the database is away mirrors look again. Else readers are sent away: what they come back to says what is wrong.
      else if (!isDatabaseFault(error)) this.#open.get(taskId)?.abandon()
    }
  }

  /** An open log that is not older than the row. */
  #current(task: TaskRow): EventLog | undefined {
    const log = this.#open.get(task.id)
    if (!log || this.#written.has(task.id)) return log
    const ended = taskEnded(task.status)
    if (log.abandoned || ended !== (log.terminal !== undefined)) return undefined
    // The time in the queue is told until the attempt after it comes; not when that has ended.
    const older = log.attempt < task.attempt && (log.attempt !== 0 || ended)
    return older ? undefined : log
  }

  /** The log of a task that is not written here, filled with what was saved. */
  #fill(saved: SavedTask): EventLog {
    const { task } = saved
    const open = this.#open.get(task.id)
    const mirrors = this.#elsewhere?.mirrors
    mirrors?.stop(task.id)
    // A reader's place in what was mirrored of an attempt is none in what was saved of it: it must come back.
    const same = open && open.attempt > 0 && taskEnded(task.status) && task.terminalId?.startsWith(`${open.attempt}-`)
    if (same) open.abandon()
    const log = same || !open ? this.#add(new EventLog(task.id, task.kind)) : open
    if (taskEnded(task.status)) fillSaved(log, task, saved.outputs, saved.extra)
    else {
      fillQueued(log, task)
      mirrors?.follow(log, task)
    }
    return log
  }

  /** The task has gone: its readers are sent away, and find that out when they come back. */
  forget(taskId: string): void {
    this.#outdate(taskId)
    this.#keep(taskId)
    this.#elsewhere?.mirrors.stop(taskId)
    this.#elsewhere?.replication?.remove(taskId)
    this.#written.delete(taskId)
    this.#open.get(taskId)?.abandon()
    this.#open.delete(taskId)
  }

  #add(log: EventLog): EventLog {
    this.#open.set(log.taskId, log)
    const readers = (any: boolean) => {
      if (this.#open.get(log.taskId) === log) this.#elsewhere?.mirrors.listen(log.taskId, any)
    }
    log.onRead = () => readers(true)
    log.onUnread = () => {
      readers(false)
      this.#retire(log.taskId)
    }
    return log
  }

  #keep(taskId: string): void {
    this.#timers.clearTimeout(this.#idle.get(taskId))
    this.#idle.delete(taskId)
  }

  #retire(taskId: string): void {
    this.#keep(taskId)
    if (this.#written.has(taskId)) return
    const ms = this.#elsewhere?.mirrors.has(taskId) ? mirrorRetentionMs : retentionMs
    this.#idle.set(
      taskId,
      this.#timers.setTimeout(() => this.#drop(taskId), ms),
    )
    if (this.#idle.size > maxRetained) this.#drop(this.#idle.keys().next().value as string)
  }

  #drop(taskId: string): void {
    this.#keep(taskId)
    const log = this.#open.get(taskId)
    if (!log || log.readerCount > 0 || this.#written.has(taskId)) return
    this.#elsewhere?.mirrors.stop(taskId)
    this.#open.delete(taskId)
  }

  /** Forgets everything; open streams are destroyed by the server. */
  close(): void {
    for (const taskId of Array.from(this.#idle.keys())) this.#keep(taskId)
    this.#elsewhere?.mirrors.close()
    this.#open.clear()
  }
}
