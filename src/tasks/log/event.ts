import type { OutputError, OutputStatus, Stage, Usage } from '../task.ts'

/**
 * The events of a task's log, their ids, and the cursors clients hold. See `docs/protocol.md`.
 *
 * The payloads are chunks of the AI SDK's UI message stream, restricted to what its versions 5, 6 and 7 all know: the
 * same bytes serve `EventSource`, `curl -N` and `useChat`.
 */
export type Chunk =
  | { type: 'start'; messageId: string; messageMetadata: { taskId: string; kind: string; attempt: number } }
  | { type: 'data-stage'; id: 'stage'; data: { stage: Stage; at: string; detail?: unknown } }
  | { type: 'text-start'; id: string }
  | { type: 'text-end'; id: string }
  | { type: 'data-output'; id: string; data: OutputChange }
  | { type: `data-${string}`; id: string; data: unknown }
  | TerminalChunk

/** Exactly one ends every attempt that ended; no event follows it. */
export type TerminalChunk =
  | { type: 'finish'; finishReason: WireFinishReason }
  | { type: 'abort'; reason: string }
  | { type: 'error'; errorText: string }

/** The finish reasons that AI SDK 5, 6 and 7 all accept (hyphens, not OpenAI's underscores). */
export type WireFinishReason = 'stop' | 'length' | 'content-filter' | 'error' | 'other'

export interface OutputChange {
  index: number
  /** `restarted`: the text so far is void, a new `text-start` follows. */
  status: OutputStatus | 'restarted'
  finishReason?: string
  error?: OutputError
  usage?: Usage
  /** A saved part of it can no longer be read: its text is not sent. */
  damaged?: true
}

/** Position of an event: `<attempt>-<seq>`, `seq` from 1 within the attempt. */
export interface EventId {
  readonly attempt: number
  readonly seq: number
}

/**
 * What a reader has: every event up to `attempt`-`seq` and, for the outputs in `ahead`, their deltas up to that seq.
 * Opaque to clients; written `1-6~0:938,1:939`.
 */
export interface Cursor extends EventId {
  readonly ahead?: ReadonlyMap<number, number>
}

export function formatCursor({ attempt, seq, ahead }: Cursor): string {
  const id = `${attempt}-${seq}`
  if (!ahead || ahead.size === 0) return id
  return `${id}~${Array.from(ahead, ([output, at]) => `${output}:${at}`).join(',')}`
}

const cursorPattern = /^(\d{1,9})-(\d{1,9})(?:~(\d{1,3}:\d{1,9}(?:,\d{1,3}:\d{1,9}){0,99}))?$/

/** Returns `undefined` for a string that this server cannot have written. */
export function parseCursor(text: string): Cursor | undefined {
  if (text.length > 2000) return undefined
  const match = cursorPattern.exec(text)
  if (!match) return undefined
  const id = { attempt: Number(match[1]), seq: Number(match[2]) }
  if (match[3] === undefined) return id
  const ahead = new Map<number, number>()
  for (const pair of match[3].split(',')) {
    const [output, at] = pair.split(':')
    ahead.set(Number(output), Number(at))
  }
  return { ...id, ahead }
}

/** By attempt, then seq: negative when `a` is before `b`. */
export function compareIds(a: EventId, b: EventId): number {
  return a.attempt - b.attempt || a.seq - b.seq
}

export function isTerminal(chunk: Chunk): chunk is TerminalChunk {
  return chunk.type === 'finish' || chunk.type === 'abort' || chunk.type === 'error'
}
