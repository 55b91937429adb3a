import type { SharedFrame } from '../../sse/sse-stream.ts'
import { DeltaRun } from './delta-run.ts'
import { type Cursor, type EventId, formatCursor } from './event.ts'

/** One frame's worth: `data` is the chunk as JSON, `id` the cursor of a reader that has it. */
export interface LoggedEvent {
  readonly id: string
  readonly data: string
  /** The event's wire form, kept by the first reader for the others. */
  frame?: SharedFrame
}

/** An event as it was appended, for a copy of the log: `data` is the chunk as JSON, which has no raw newlines. */
export interface RawEvent {
  readonly seq: number
  readonly data: string
}

type Segment =
  | { kind: 'event'; last: number; event: LoggedEvent }
  | { kind: 'run'; last: number; outputs: Map<number, DeltaRun> }

/**
 * The events of one attempt, one by one, and between them runs of deltas, kept per output.
 *
 * Memory: the text, a few bytes per delta, and a few objects per other event.
 */
export class EventSegments {
  readonly attempt: number
  readonly #segments: Segment[] = []
  #seq = 0
  #latestDelta: { output: number; delta: string; event?: LoggedEvent } | undefined

  constructor(attempt: number) {
    this.attempt = attempt
  }

  /** Seq of the newest event. */
  get seq(): number {
    return this.#seq
  }

  get lastId(): EventId {
    return { attempt: this.attempt, seq: this.#seq }
  }

  /** `json` is a chunk that is no delta; `seq` may leave a gap. */
  append(json: string, seq = this.#seq + 1): EventId {
    this.#seq = seq
    const id = this.lastId
    this.#segments.push({ kind: 'event', last: seq, event: { id: formatCursor(id), data: json } })
    this.#latestDelta = undefined
    return id
  }

  /** Returns its place, from which a text that begins with it can be read. */
  appendDelta(output: number, delta: string): number {
    const seq = ++this.#seq
    const last = this.#segments.at(-1)
    const segment =
      last?.kind === 'run' ? last : { kind: 'run' as const, last: seq, outputs: new Map<number, DeltaRun>() }
    if (segment !== last) this.#segments.push(segment)
    segment.last = seq
    const run = segment.outputs.get(output) ?? new DeltaRun()
    segment.outputs.set(output, run)
    run.append(seq, delta)
    this.#latestDelta = { output, delta }
    return this.#segments.length - 1
  }

  /** The text of an output from the place of its first delta. */
  text(output: number, from: number): string {
    let text = ''
    for (let index = from; index < this.#segments.length; index++) {
      const segment = this.#segments[index]
      if (segment?.kind === 'run') text += segment.outputs.get(output)?.text ?? ''
    }
    return text
  }

  /** Whether this attempt can have given a reader this cursor. */
  issued({ seq, ahead }: Cursor): boolean {
    if (seq > this.#seq) return false
    if (!ahead) return seq >= 1
    const segment = this.#segments[this.#after(seq)]
    if (segment?.kind !== 'run') return false
    return Array.from(ahead).every(([output, at]) => at > seq && segment.outputs.get(output)?.has(at) === true)
  }

  /**
   * The newest event as a frame of its own, made once for all live readers; only for a reader that has every event
   * before it.
   */
  latest(): LoggedEvent | undefined {
    const latest = this.#latestDelta
    if (latest) {
      latest.event ??= { id: formatCursor(this.lastId), data: deltaJson(latest.output, latest.delta) }
      return latest.event
    }
    const segment = this.#segments.at(-1)
    return segment?.kind === 'event' ? segment.event : undefined
  }

  /** The events after `from`, with each output's deltas of a run as one, about `maxChars` characters at most. */
  readFolded(from: Cursor, maxChars: number): { events: LoggedEvent[]; position: Cursor } {
    const events: LoggedEvent[] = []
    let position = from
    let budget = maxChars
    for (let index = this.#after(from.seq); index < this.#segments.length && budget > 0; index++) {
      const segment = this.#segments[index] as Segment
      if (segment.kind === 'event') {
        events.push(segment.event)
        position = { attempt: this.attempt, seq: segment.last }
        budget -= segment.event.data.length
        continue
      }
      const base = position.seq
      const ahead = new Map(position.ahead)
      const { missed, complete } = missedDeltas(segment.outputs, position, budget)
      position = { attempt: this.attempt, seq: segment.last }
      for (const [at, { output, text, seq }] of missed.entries()) {
        ahead.set(output, seq)
        const isLast = complete && at === missed.length - 1
        position = {
          attempt: this.attempt,
          ...(isLast ? { seq: segment.last } : { seq: base, ahead: new Map(ahead) }),
        }
        events.push({ id: formatCursor(position), data: deltaJson(output, text) })
        budget -= text.length
      }
      if (!complete) break
    }
    return { events, position }
  }

  /** The events after `seq`, one by one and unfolded, about `maxChars` characters at most but at least one event. */
  readRaw(seq: number, maxChars: number): RawEvent[] {
    const events: RawEvent[] = []
    let chars = 0
    for (let index = this.#after(seq); index < this.#segments.length; index++) {
      const segment = this.#segments[index] as Segment
      const found =
        segment.kind === 'event' ? [{ seq: segment.last, data: segment.event.data }] : rawDeltas(segment, seq)
      for (const event of found) {
        events.push(event)
        chars += event.data.length
        if (chars >= maxChars) return events
      }
    }
    return events
  }

  /** Index of the segment that holds the first event after `seq`. */
  #after(seq: number): number {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#segments[middle] as Segment).last > seq) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Each output's deltas of a run that a reader misses, as one; `complete` unless `maxChars` cut it short. */
function missedDeltas(outputs: ReadonlyMap<number, DeltaRun>, { seq, ahead }: Cursor, maxChars: number) {
  const missed: { output: number; text: string; seq: number }[] = []
  let budget = maxChars
  for (const output of Array.from(outputs.keys()).sort((a, b) => a - b)) {
    const run = outputs.get(output) as DeltaRun
    const slice = run.after(Math.max(seq, ahead?.get(output) ?? 0), Math.max(budget, 1))
    if (!slice) continue
    if (budget <= 0) return { missed, complete: false }
    budget -= slice.text.length
    missed.push({ output, ...slice })
    if (slice.seq < run.lastSeq) return { missed, complete: false }
  }
  return { missed, complete: true }
}

/** The deltas of a run after `seq`, in the order in which they were appended. */
function rawDeltas({ outputs }: { outputs: ReadonlyMap<number, DeltaRun> }, seq: number): RawEvent[] {
  const events: RawEvent[] = []
  for (const [output, run] of outputs) {
    for (let next = run.after(seq, 1); next; next = run.after(next.seq, 1))
      events.push({ seq: next.seq, data: deltaJson(output, next.text) })
  }
  return events.sort((a, b) => a.seq - b.seq)
}

function deltaJson(output: number, delta: string): string {
  return `{"type":"text-delta","id":"${output}","delta":${JSON.stringify(delta)}}`
}
