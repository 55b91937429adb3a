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

/** How long an ended log without readers stays in memory; later readers get one rebuilt from the saved rows. */
const retentionMs = 60_000

/** How long a log that another instance writes is followed without readers. */
const mirrorRetentionMs = 5_000

/** At most this many ended or unread logs are kept; beyond it the oldest is dropped at once. */
const maxRetained = 2_000

/** What connects the logs here with those that other instances write. */
export interface Elsewhere extends Pick<MirrorsOptions, 'taskPositions' | 'replication' | 'logger'> {
  lease: LivenessLease
}

/**
 * The logs that are open in this process, one per task. All callers that ask for a task's log get the same one, so a
 * reader that comes while an attempt begins or ends cannot miss anything.
 *
 * An attempt of this process writes a log, or the log mirrors what another instance writes, or it shows saved rows. It
 * stays while an attempt writes it or a reader follows it, and for a minute after its end.
 *
 * All of it in one file: the ways in which a log changes from one of these to another are read side by side.
 */
export class Logs {
  readonly #open = new Map<string, EventLog>()
  /** Tasks whose attempt runs in this process, and the publication that copies its events to other instances. */
  readonly #written = new Map<string, Publication | undefined>()
  /** Logs that may be dropped, in the order in which they became idle. */
  readonly #idle = new Map<string, unknown>()
  #closed = false
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
   * The log that an attempt writes, kept until `release`. If another attempt of this process still writes the task's
   * log, that log is abandoned: no reader sees the events appended to it from then on.
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

  /** The attempt no longer writes: from now on the log is dropped after a while without readers. */
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

  /** The log of a task that runs, here or elsewhere; it may be behind. `undefined` when no log can be had. */
  async live(task: TaskRow): Promise<EventLog | undefined> {
    if (this.#written.has(task.id)) return this.#open.get(task.id)
    if (task.status !== 'running' || !this.#elsewhere?.replication) return undefined
    try {
      return await this.forReading(task)
    } catch (error) {
      // The task was removed, or the database became unavailable, after its row was read: the row is still to be shown.
      if (error instanceof Problem || isDatabaseFault(error)) return undefined
      throw error
    }
  }

  /** Whether a reader follows the task, as far as this instance knows. */
  watched(taskId: string): boolean {
    return (this.#open.get(taskId)?.readerCount ?? 0) > 0 || (this.#written.get(taskId)?.followers ?? 0) > 0
  }

  /** The events that other instances have of the task's last attempt, which was lost; empty if none are known. */
  async lost({ id, kind }: Pick<TaskRow, 'id' | 'kind'>): Promise<EventLog> {
    const log = new EventLog(id, kind)
    // Having the text is better than waiting for it.
    await this.#elsewhere?.replication?.read(log).catch(() => {})
    return log
  }

  /**
   * `forReading` for a task whose row is yet to be read: `read` reads it, and for a task that waits no other row is
   * read. So a client that creates a task and follows it, as most do, costs one statement instead of five.
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
   * The log of a task for a reader. The row may be older than the log: then the log is right.
   *
   * Call `subscribe` on it (or make an `EventStream`) in the same turn of the event loop.
   */
  async forReading(task: TaskRow): Promise<EventLog> {
    const mirrors = this.#elsewhere?.mirrors
    if (!mirrors) return this.#find(task)
    if (await mirrors.catchUp(task)) return this.#find(task)
    const log = await this.#find(task)
    // Another reader may have opened it meanwhile.
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

  /**
   * Reads the rows of a task; `undefined` when an attempt began or the log was refreshed meanwhile, so that the rows
   * may be older.
   */
  async #loadCurrent(taskId: string): Promise<SavedTask | undefined> {
    const { found, outdated } = await this.#reading(taskId, () => this.#load(taskId))
    return outdated ? undefined : found
  }

  /** Reads rows of a task, and reports whether an attempt began or the log was refreshed meanwhile. */
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

  /** Notes that rows of the task that are being read are older than its newest change. */
  #outdate(taskId: string): void {
    for (const reading of this.#readings) if (reading.taskId === taskId) reading.outdated = true
  }

  /**
   * Shows the saved rows to the readers of a task that is not being written: it was cancelled or queued again. The
   * attempt of a running task notifies its own readers.
   */
  refresh(saved: SavedTask): void {
    this.#outdate(saved.task.id)
    const log = this.#open.get(saved.task.id)
    if (!log || this.#written.has(saved.task.id) || saved.task.status === 'running') return
    // The next attempt began elsewhere after these rows were read.
    if (log.attempt > saved.task.attempt) return
    // Beginning it again would cut off a reader that is not yet at its end.
    const known = log.terminal && formatCursor(log.terminal) === saved.task.terminalId
    if (!known) this.#fill(saved)
  }

  /**
   * Compares the log with the task's rows, which may have changed, and shows the change to the readers here. Never
   * rejects.
   */
  async reconcile(taskId: string): Promise<void> {
    if (!this.#open.has(taskId) || this.#written.has(taskId)) return
    try {
      const saved = await this.#loadCurrent(taskId)
      if (saved) this.refresh(saved)
    } catch (error) {
      if (error instanceof Problem) this.forget(taskId)
      // While the database is unavailable, mirrors try again. Otherwise readers are disconnected; the answer to their
      // next request says what is wrong.
      else if (!isDatabaseFault(error)) this.#open.get(taskId)?.abandon()
    }
  }

  /** An open log that is not older than the row. */
  #current(task: TaskRow): EventLog | undefined {
    const log = this.#open.get(task.id)
    if (!log || this.#written.has(task.id)) return log
    const ended = taskEnded(task.status)
    if (log.abandoned || ended !== (log.terminal !== undefined)) return undefined
    // The log of the wait in the queue serves until the next attempt begins; not when that attempt has ended.
    const older = log.attempt < task.attempt && (log.attempt !== 0 || ended)
    return older ? undefined : log
  }

  /** The log of a task that is not written here, filled from its saved rows. */
  #fill(saved: SavedTask): EventLog {
    const { task } = saved
    const open = this.#open.get(task.id)
    const mirrors = this.#elsewhere?.mirrors
    mirrors?.stop(task.id)
    // A position in a mirrored attempt means nothing in its saved rows: the reader must come back.
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

  /** The task was deleted: its readers are disconnected, and learn of it when they come back. */
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
    if (this.#closed || this.#written.has(taskId)) return
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

  /** Drops every log; the server destroys open streams. */
  close(): void {
    // Readers that leave, and attempts that end, later than this retire nothing: a timer would hold the process.
    this.#closed = true
    for (const taskId of Array.from(this.#idle.keys())) this.#keep(taskId)
    this.#elsewhere?.mirrors.close()
    this.#open.clear()
  }
}
