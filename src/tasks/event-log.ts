import { DeltaRun } from './delta-run.ts'
import {
  type Chunk,
  type Cursor,
  compareIds,
  type EventId,
  formatCursor,
  isTerminal,
  type OutputChange,
  parseCursor,
  type Stage,
} from './event.ts'

/** One frame's worth: `data` is the chunk as JSON, `id` the cursor of a reader that has it. */
export interface LoggedEvent {
  readonly id: string
  readonly data: string
  /** Its bytes on the wire, kept by the first reader for the others. */
  frame?: Buffer
}

export type ResetReason = 'new-attempt' | 'cursor'

/** Where a client's cursor stands: `ended` = it has everything; `reset` = what it has is void, `position` is the start. */
export type Located = { kind: 'from'; position: Cursor; reset?: ResetReason } | { kind: 'ended' }

export type Read =
  | { kind: 'events'; events: LoggedEvent[]; position: Cursor }
  /** The log has moved to another attempt under the reader. */
  | { kind: 'reset'; reason: ResetReason; position: Cursor }
  | { kind: 'wait' }
  | { kind: 'ended' }
  /** The attempt that wrote this log is no longer the task's: the client must come back and read another log. */
  | { kind: 'abandoned' }

type Segment =
  | { kind: 'event'; last: number; event: LoggedEvent }
  | { kind: 'run'; last: number; outputs: Map<number, DeltaRun> }

/**
 * The ordered events of one task: the only thing clients ever read.
 *
 * Written by one attempt at a time; `begin` voids what an earlier one wrote. Events are numbered from 1 without gaps
 * (except before the terminal event of a rebuilt log). Deltas that arrive in one turn of the event loop become one
 * event per output, and what a reader missed is folded: in a run of deltas between two other events, each output's
 * deltas become one. Readers keep their own position, so a slow one costs nothing here. Memory: the text, two numbers
 * per delta, and a few objects per other event.
 */
export class EventLog {
  readonly taskId: string
  readonly kind: string
  /** Called when the last reader has gone. */
  onUnread: (() => void) | undefined
  #attempt = 0
  #seq = 0
  #segments: Segment[] = []
  #terminal: EventId | undefined
  #rebuilt = false
  #abandoned = false
  #stage: Stage = 'queued'
  #outputs = new Map<number, OutputChange>()
  /** Outputs whose first delta is in the log, with the segment their current text starts at. */
  #texts = new Map<number, number>()
  #pending = new Map<number, string>()
  #flush: NodeJS.Immediate | undefined
  #latest: { seq: number; output: number; delta: string; event?: LoggedEvent } | undefined
  #readers = new Set<() => void>()
  #waking = false

  constructor(taskId: string, kind: string) {
    this.taskId = taskId
    this.kind = kind
  }

  get attempt(): number {
    return this.#attempt
  }

  /** Id of the newest event; deltas still being coalesced are not counted yet. */
  get lastId(): EventId {
    return { attempt: this.#attempt, seq: this.#seq }
  }

  /** Id of the terminal event, once there is one. */
  get terminal(): EventId | undefined {
    return this.#terminal
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

  /** Starts the log of an attempt: everything before is void, readers of an earlier attempt (but 0) get a reset. */
  begin(attempt: number): void {
    clearImmediate(this.#flush)
    this.#flush = undefined
    this.#pending.clear()
    this.#segments = []
    this.#seq = 0
    this.#attempt = attempt
    this.#terminal = undefined
    this.#rebuilt = false
    this.#abandoned = false
    this.#latest = undefined
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
    this.#flushPending()
    return this.#append(chunk, this.#seq + 1)
  }

  /**
   * Ends a log that was made from saved rows. The terminal event keeps the id it had when it was sent first; a cursor
   * into the log as it was then gets a reset.
   */
  appendRebuiltEnd(chunk: Chunk, id: EventId): void {
    this.#append(chunk, Math.max(id.seq, this.#seq + 1))
    this.#rebuilt = true
  }

  /** Appends text of an output. The first of a text goes out at once, later ones at the end of the event loop's turn. */
  delta(output: number, text: string): void {
    if (text === '') return
    // Postgres cannot store U+0000, and the log must equal what is saved.
    const delta = text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
    if (!this.#texts.has(output)) {
      this.#texts.set(output, this.#appendDelta(output, delta))
      return
    }
    this.#pending.set(output, (this.#pending.get(output) ?? '') + delta)
    this.#flush ??= setImmediate(() => this.#flushPending())
  }

  /** The current text of an output: what came after its last `text-start`. */
  text(output: number): string {
    this.#flushPending()
    const from = this.#texts.get(output)
    if (from === undefined) return ''
    let text = ''
    for (let index = from; index < this.#segments.length; index++) {
      const segment = this.#segments[index]
      if (segment?.kind === 'run') text += segment.outputs.get(output)?.text ?? ''
    }
    return text
  }

  /** Finds the place of a cursor that a client sent: any text at all, `undefined` for none. */
  locate(text: string | undefined): Located {
    const start = { attempt: this.#attempt, seq: 0 }
    if (text === undefined) return { kind: 'from', position: start }
    const cursor = parseCursor(text)
    if (!cursor) return { kind: 'from', position: start, reset: 'cursor' }
    if (this.#terminal && compareIds(cursor, this.#terminal) >= 0) return { kind: 'ended' }
    if (cursor.attempt === this.#attempt) {
      if (this.#issued(cursor)) return { kind: 'from', position: cursor }
      return { kind: 'from', position: start, reset: 'cursor' }
    }
    // Attempt 0 is start and queued, made from the row alone: the first attempt follows it without a reset.
    if (cursor.attempt === 0 && cursor.seq >= 1 && cursor.seq <= 2 && !cursor.ahead)
      return { kind: 'from', position: start }
    // While the next attempt waits in the queue, the log is that of attempt 0.
    const older = cursor.attempt !== 0 && (cursor.attempt < this.#attempt || this.#attempt === 0)
    return { kind: 'from', position: start, reset: older ? 'new-attempt' : 'cursor' }
  }

  /**
   * What came after `position` (from `locate` or the last `read`), folded, about `maxChars` characters of text at most.
   * Does not wait: see `subscribe`.
   */
  read(position: Cursor, maxChars: number): Read {
    if (this.#abandoned) return { kind: 'abandoned' }
    if (position.attempt !== this.#attempt) {
      const start = { attempt: this.#attempt, seq: 0 }
      if (position.attempt !== 0) return { kind: 'reset', reason: 'new-attempt', position: start }
      return this.read(start, maxChars)
    }
    if (position.seq >= this.#seq) return this.#terminal ? { kind: 'ended' } : { kind: 'wait' }
    const live = this.#latestEvent()
    if (live && position.seq === this.#seq - 1 && !position.ahead) {
      return { kind: 'events', events: [live], position: this.lastId }
    }
    return this.#readFolded(position, maxChars)
  }

  /** Calls `wake` (in a microtask, once for all that was appended meanwhile) when there may be more to read. */
  subscribe(wake: () => void): () => void {
    this.#readers.add(wake)
    return () => {
      if (this.#readers.delete(wake) && this.#readers.size === 0) this.onUnread?.()
    }
  }

  /** The attempt that wrote here was replaced elsewhere: readers are sent away. */
  abandon(): void {
    this.#abandoned = true
    this.#wake()
  }

  #append(chunk: Chunk, seq: number): EventId {
    if (this.#terminal) throw new Error(`task ${this.taskId}: event after the terminal one`)
    this.#seq = seq
    const id = this.lastId
    this.#segments.push({ kind: 'event', last: seq, event: { id: formatCursor(id), data: JSON.stringify(chunk) } })
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

  /** Returns the index of the segment that holds it. */
  #appendDelta(output: number, delta: string): number {
    const seq = ++this.#seq
    let segment = this.#segments.at(-1)
    if (segment?.kind !== 'run') {
      segment = { kind: 'run', last: seq, outputs: new Map() }
      this.#segments.push(segment)
    }
    segment.last = seq
    const run = segment.outputs.get(output) ?? new DeltaRun()
    segment.outputs.set(output, run)
    run.append(seq, delta)
    this.#latest = { seq, output, delta }
    this.#wake()
    return this.#segments.length - 1
  }

  #flushPending(): void {
    clearImmediate(this.#flush)
    this.#flush = undefined
    if (this.#pending.size === 0) return
    const pending = this.#pending
    this.#pending = new Map()
    for (const [output, delta] of pending) this.#appendDelta(output, delta)
  }

  /** The newest event as a frame of its own, made once for all live readers. */
  #latestEvent(): LoggedEvent | undefined {
    const latest = this.#latest
    if (latest?.seq === this.#seq) {
      latest.event ??= { id: formatCursor(this.lastId), data: deltaJson(latest.output, latest.delta) }
      return latest.event
    }
    const segment = this.#segments.at(-1)
    return segment?.kind === 'event' ? segment.event : undefined
  }

  #readFolded(from: Cursor, maxChars: number): Read {
    const events: LoggedEvent[] = []
    let position = from
    let budget = maxChars
    for (let index = this.#segmentAfter(from.seq); index < this.#segments.length && budget > 0; index++) {
      const segment = this.#segments[index] as Segment
      if (segment.kind === 'event') {
        events.push(segment.event)
        position = { attempt: this.#attempt, seq: segment.last }
        budget -= segment.event.data.length
        continue
      }
      const base = position.seq
      const ahead = new Map(position.ahead)
      const missed = this.#missed(segment.outputs, position, budget)
      for (const { output, text, seq, rest } of missed) {
        ahead.set(output, seq)
        position = { attempt: this.#attempt, ...(rest ? { seq: base, ahead: new Map(ahead) } : { seq: segment.last }) }
        events.push({ id: formatCursor(position), data: deltaJson(output, text) })
        budget -= text.length
      }
      if (missed.length === 0) position = { attempt: this.#attempt, seq: segment.last }
      if (position.ahead) break
    }
    return { kind: 'events', events, position }
  }

  /** Each output's missed deltas of a run as one; `rest` is true while something of the run is still to come after it. */
  #missed(outputs: ReadonlyMap<number, DeltaRun>, { seq, ahead }: Cursor, maxChars: number) {
    const missed: { output: number; text: string; seq: number; rest: boolean }[] = []
    let budget = maxChars
    for (const output of Array.from(outputs.keys()).sort((a, b) => a - b)) {
      const run = outputs.get(output) as DeltaRun
      const slice = run.after(Math.max(seq, ahead?.get(output) ?? 0), Math.max(budget, 1))
      if (!slice) continue
      if (budget <= 0) return missed
      budget -= slice.text.length
      missed.push({ output, text: slice.text, seq: slice.seq, rest: true })
      if (slice.seq < run.lastSeq) return missed
    }
    const last = missed.at(-1)
    if (last) last.rest = false
    return missed
  }

  /** Whether this log can have sent such a cursor. */
  #issued({ seq, ahead }: Cursor): boolean {
    if (this.#rebuilt || seq > this.#seq) return false
    if (!ahead) return seq >= 1
    const segment = this.#segments[this.#segmentAfter(seq)]
    if (segment?.kind !== 'run') return false
    return Array.from(ahead).every(([output, at]) => at > seq && segment.outputs.get(output)?.has(at) === true)
  }

  /** Index of the segment that holds the first event after `seq`. */
  #segmentAfter(seq: number): number {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#segments[middle] as Segment).last > seq) high = middle
      else low = middle + 1
    }
    return low
  }

  #wake(): void {
    if (this.#waking) return
    this.#waking = true
    queueMicrotask(() => {
      this.#waking = false
      for (const wake of this.#readers) wake()
    })
  }
}

function deltaJson(output: number, delta: string): string {
  return `{"type":"text-delta","id":"${output}","delta":${JSON.stringify(delta)}}`
}
