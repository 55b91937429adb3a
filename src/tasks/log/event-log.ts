import type { Stage } from '../task.ts'
import {
  type Chunk,
  type Cursor,
  compareIds,
  type EventId,
  isTerminal,
  type OutputChange,
  parseCursor,
} from './event.ts'
import type { LivenessLease } from './lease.ts'
import { EventSegments, type LoggedEvent, type RawEvent } from './segments.ts'

export type ResetReason = 'new-attempt' | 'cursor'

/**
 * Where a client's cursor stands: `ended` = it has everything; `reset` = the events before it are void, `position` is
 * the start.
 */
export type Located = { kind: 'from'; position: Cursor; reset?: ResetReason } | { kind: 'ended' }

export type Read =
  | { kind: 'events'; events: LoggedEvent[]; position: Cursor }
  /** The log has moved to another attempt under the reader. */
  | { kind: 'reset'; reason: ResetReason; position: Cursor }
  | { kind: 'wait' }
  | { kind: 'ended' }
  /** The attempt that wrote this log is no longer the task's: the client must come back and read another log. */
  | { kind: 'abandoned' }

const settled = Promise.resolve()

/**
 * The ordered events of one task: all that clients read.
 *
 * One attempt at a time writes it; `begin` voids the events of an earlier one. Events are numbered from 1 without gaps
 * (except before the terminal event of a rebuilt log). A reader gets missed events folded: in a run of deltas between
 * two other events, each output's deltas become one. Each reader keeps its own position, so a slow one costs nothing
 * here. Another instance keeps a mirror of the log.
 *
 * All of it in one file: appending, mirroring, locating and reading must agree about every state.
 */
export class EventLog {
  readonly taskId: string
  readonly kind: string
  /** Called when the log gets its first reader. */
  onRead: (() => void) | undefined
  /** Called when the last reader has left. */
  onUnread: (() => void) | undefined
  /** Called when readers are notified; replication copies the log to other instances then. */
  onAppended: (() => void) | undefined
  /**
   * The process's lease, if an attempt writes here: while it is not valid, the log notifies no one of appended events.
   */
  lease: LivenessLease | undefined
  #segments = new EventSegments(0)
  #terminal: EventId | undefined
  #rebuilt = false
  #abandoned = false
  #stage: Stage = 'queued'
  #outputs = new Map<number, OutputChange>()
  /** Outputs whose first delta is in the log, with the segment their current text starts at. */
  #texts = new Map<number, number>()
  #readers = new Set<() => void>()
  #waking = false

  constructor(taskId: string, kind: string) {
    this.taskId = taskId
    this.kind = kind
  }

  get attempt(): number {
    return this.#segments.attempt
  }

  /** Id of the newest event. */
  get lastId(): EventId {
    return this.#segments.lastId
  }

  /** Id of the terminal event, once there is one. */
  get terminal(): EventId | undefined {
    return this.#terminal
  }

  /** The attempt that wrote it is no longer the task's: readers are disconnected, and come back. */
  get abandoned(): boolean {
    return this.#abandoned
  }

  get stage(): Stage {
    return this.#stage
  }

  get readerCount(): number {
    return this.#readers.size
  }

  /** The last `data-output` of each output that had one. */
  get outputs(): ReadonlyMap<number, OutputChange> {
    return this.#outputs
  }

  /** Starts the log of an attempt: all earlier events are void, readers of an earlier attempt (but 0) get a reset. */
  begin(attempt: number): void {
    this.#segments = new EventSegments(attempt)
    this.#terminal = undefined
    this.#rebuilt = false
    this.#abandoned = false
    this.#outputs = new Map()
    this.#texts = new Map()
    this.append({
      type: 'start',
      messageId: this.taskId,
      messageMetadata: { taskId: this.taskId, kind: this.kind, attempt },
    })
  }

  /** @throws if the attempt has ended: nothing follows a terminal event. */
  append(chunk: Chunk): EventId {
    return this.#append(chunk, this.#segments.seq + 1)
  }

  /**
   * Ends a log that was rebuilt from saved rows. The terminal event keeps the id with which it was first sent. A cursor
   * into the original log gets a reset.
   */
  appendRebuiltEnd(chunk: Chunk, id: EventId): void {
    this.#append(chunk, Math.max(id.seq, this.#segments.seq + 1))
    this.#rebuilt = true
  }

  /** Appends text of an output, as one event. */
  delta(output: number, text: string): void {
    if (text === '') return
    // Postgres cannot store U+0000, and the log must equal what is saved.
    const delta = text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
    this.#appendDelta(output, delta)
  }

  /** The current text of an output: the deltas after its last `text-start`. */
  text(output: number): string {
    const from = this.#texts.get(output)
    return from === undefined ? '' : this.#segments.text(output, from)
  }

  /** Finds the place of a cursor that a client sent: any string, `undefined` for none. */
  locate(text: string | undefined): Located {
    const start = { attempt: this.attempt, seq: 0 }
    if (text === undefined) return { kind: 'from', position: start }
    const cursor = parseCursor(text)
    if (!cursor) return { kind: 'from', position: start, reset: 'cursor' }
    if (this.#terminal && compareIds(cursor, this.#terminal) >= 0) return { kind: 'ended' }
    if (cursor.attempt === this.attempt) {
      if (!this.#rebuilt && this.#segments.issued(cursor)) return { kind: 'from', position: cursor }
      return { kind: 'from', position: start, reset: 'cursor' }
    }
    // Attempt 0 is start and queued, made from the row alone: the first attempt follows it without a reset.
    if (cursor.attempt === 0 && cursor.seq >= 1 && cursor.seq <= 2 && !cursor.ahead)
      return { kind: 'from', position: start }
    // While the next attempt waits in the queue, the log is that of attempt 0.
    const older = cursor.attempt !== 0 && (cursor.attempt < this.attempt || this.attempt === 0)
    return { kind: 'from', position: start, reset: older ? 'new-attempt' : 'cursor' }
  }

  /**
   * The events after `position` (from `locate` or the last `read`), folded, about `maxChars` characters of text at
   * most. Does not wait: see `subscribe`.
   */
  read(position: Cursor, maxChars: number): Read {
    if (this.#abandoned) return { kind: 'abandoned' }
    if (this.lease?.isValid === false) return { kind: 'wait' }
    if (position.attempt !== this.attempt) {
      const start = { attempt: this.attempt, seq: 0 }
      if (position.attempt !== 0) return { kind: 'reset', reason: 'new-attempt', position: start }
      return this.read(start, maxChars)
    }
    const { seq } = this.#segments
    if (position.seq >= seq) return this.#terminal ? { kind: 'ended' } : { kind: 'wait' }
    const live = position.seq === seq - 1 && !position.ahead ? this.#segments.latest() : undefined
    if (live) return { kind: 'events', events: [live], position: this.lastId }
    return { kind: 'events', ...this.#segments.readFolded(position, maxChars) }
  }

  /**
   * The events after `seq` of this attempt, unfolded, for another instance's `mirror`; about `maxChars` characters at
   * most.
   */
  readRaw(seq: number, maxChars: number): RawEvent[] {
    if (this.lease?.isValid === false) return []
    return this.#segments.readRaw(seq, maxChars)
  }

  /**
   * Takes an event of this task's log as another instance appended it. Ignores an event that is here already, and one
   * of an older attempt. Returns false, and takes nothing, when an event before it is missing.
   *
   * @throws if `data` is no chunk
   */
  mirror({ attempt, seq }: EventId, data: string): boolean {
    if (attempt < this.attempt || (attempt === this.attempt && seq <= this.#segments.seq)) return true
    if (attempt > this.attempt) {
      if (seq !== 1) return false
      // The first event is always `start`.
      this.begin(attempt)
      return true
    }
    if (seq !== this.#segments.seq + 1) return false
    const chunk = JSON.parse(data) as Chunk | { type: 'text-delta'; id: string; delta: string }
    if (chunk.type !== 'text-delta') {
      this.#append(chunk as Chunk, seq, data)
      return true
    }
    const { id, delta } = chunk as { id: string; delta: string }
    this.#appendDelta(Number(id), delta)
    return true
  }

  /** Calls `wake` when there may be more to read: in a microtask, once for all events appended meanwhile. */
  subscribe(wake: () => void): () => void {
    this.#readers.add(wake)
    if (this.#readers.size === 1) this.onRead?.()
    return () => {
      if (this.#readers.delete(wake) && this.#readers.size === 0) this.onUnread?.()
    }
  }

  /** Wakes readers although no event was appended: there may be more to read. */
  wake(): void {
    this.#wake()
  }

  /** Another instance has replaced the attempt that wrote here: readers are disconnected, and come back. */
  abandon(): void {
    this.#abandoned = true
    this.#wake()
  }

  #append(chunk: Chunk, seq: number, json = JSON.stringify(chunk)): EventId {
    if (this.#terminal) throw new Error(`task ${this.taskId}: event after the terminal one`)
    const id = this.#segments.append(json, seq)
    if (isTerminal(chunk)) this.#terminal = id
    this.#reduce(chunk)
    this.#wake()
    return id
  }

  #reduce(chunk: Chunk): void {
    if (chunk.type === 'data-stage') this.#stage = (chunk.data as { stage: Stage }).stage
    else if (chunk.type === 'text-start') this.#texts.delete(Number((chunk as { id: string }).id))
    else if (chunk.type === 'data-output') {
      const change = chunk.data as OutputChange
      this.#outputs.set(change.index, change)
      if (change.status === 'restarted') this.#texts.delete(change.index)
    }
  }

  #appendDelta(output: number, delta: string): void {
    const place = this.#segments.appendDelta(output, delta)
    if (!this.#texts.has(output)) this.#texts.set(output, place)
    this.#wake()
  }

  #wake(): void {
    if (this.#waking) return
    this.#waking = true
    // queueMicrotask makes an AsyncResource for it: with cold caches 0.4 µs instead of 0.3.
    void settled.then(() => this.#notify())
  }

  #notify(): void {
    this.#waking = false
    for (const wake of this.#readers) wake()
    this.onAppended?.()
  }
}
