import type { KindChunk } from '../kind.ts'
import type { StoredOutput, TaskRow } from '../store/rows.ts'
import { outputEnded, taskEnded } from '../task.ts'
import { type Chunk, parseCursor, type TerminalChunk, type WireFinishReason } from './event.ts'
import type { EventLog } from './event-log.ts'

/** Fills a log with attempt 0, the time in the queue: from the row alone, so every instance makes the same. */
export function fillQueued(log: EventLog, task: TaskRow): void {
  log.begin(0)
  log.append({ type: 'data-stage', id: 'stage', data: { stage: 'queued', at: task.createdAt.toISOString() } })
}

/**
 * Fills a log from the saved rows of an ended task: its kind's events, its texts, each as one delta, and its terminal
 * event under its stored id.
 */
export function fillSaved(
  log: EventLog,
  task: TaskRow,
  outputs: readonly StoredOutput[],
  extra: readonly KindChunk[] = [],
): void {
  if (!taskEnded(task.status)) throw new Error(`task ${task.id} has not ended`)
  const at = (task.finishedAt ?? task.createdAt).toISOString()
  const terminal = parseCursor(task.terminalId ?? '') ?? { attempt: task.attempt, seq: 1 }
  if (terminal.attempt === 0) fillQueued(log, task)
  else {
    log.begin(terminal.attempt)
    if (fits(task, outputs, extra, terminal.seq)) for (const chunk of extra) log.append(chunk)
    for (const output of outputs) appendSavedOutput(log, output)
    if (task.stage === 'completed') log.append({ type: 'data-stage', id: 'stage', data: { stage: 'completed', at } })
  }
  log.appendRebuiltEnd(terminalChunk(task.status, outputs, task.error?.detail), terminal)
}

/**
 * Whether there is room for `extra` before the terminal event. If not, an earlier attempt made them: this one made
 * nothing to replace them, and its log never had them.
 */
function fits(task: TaskRow, outputs: readonly StoredOutput[], extra: readonly KindChunk[], terminalSeq: number) {
  const events = outputs.map(({ text, status }) => (text === '' ? 0 : 3) + (outputEnded(status) ? 1 : 0))
  const startAndEnd = task.stage === 'completed' ? 3 : 2
  return events.reduce((sum, count) => sum + count, startAndEnd + extra.length) <= terminalSeq
}

/** Appends a saved output, for a later attempt or a rebuilt log. */
export function appendSavedOutput(log: EventLog, output: StoredOutput): void {
  const { index, status, text, finishReason, error, usage, damaged } = output
  if (text !== '') {
    log.append({ type: 'text-start', id: String(index) })
    log.delta(index, text)
    log.append({ type: 'text-end', id: String(index) })
  }
  if (outputEnded(status)) log.append(outputChunk({ index, status, finishReason, error, usage, damaged }))
}

export function outputChunk(data: Extract<Chunk, { type: 'data-output' }>['data']): Chunk {
  return { type: 'data-output', id: `output-${data.index}`, data }
}

/** How a task's log ends, by its status. */
export function terminalChunk(
  status: TaskRow['status'],
  outputs: readonly Pick<StoredOutput, 'finishReason'>[],
  errorText = 'The text could not be written.',
): TerminalChunk {
  if (status === 'cancelled') return { type: 'abort', reason: 'cancelled' }
  if (status === 'failed') return { type: 'error', errorText }
  if (status === 'completed') return { type: 'finish', finishReason: 'stop' }
  const only = outputs.length === 1 ? outputs[0]?.finishReason : undefined
  const finishReason: WireFinishReason = only === 'length' || only === 'content-filter' ? only : 'other'
  return { type: 'finish', finishReason }
}
