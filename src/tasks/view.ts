import { formatCursor } from './log/event.ts'
import type { EventLog } from './log/event-log.ts'
import type { SavedTask } from './log/saved-task.ts'
import type { StoredOutput } from './store/rows.ts'
import { type OutputError, type OutputStatus, type Stage, type TaskStatus, taskEnded, type Usage } from './task.ts'

export interface OutputView {
  index: number
  status: OutputStatus
  /** While the task runs: the text so far. */
  text: string
  finishReason: string | null
  usage: Usage | null
  error?: OutputError
  /** A part of it can no longer be read. */
  damaged?: true
}

/** A task as users see it. Times are ISO 8601 in UTC. */
export interface TaskView {
  id: string
  kind: string
  status: TaskStatus
  stage: Stage
  attempt: number
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  outputs: OutputView[]
  error?: OutputError
  /** A part of an output can no longer be read. */
  damaged?: true
  links: { self: string; events: string; cancel: string }
  /** Changes whenever anything above does: the ETag. */
  version: string
}

/** @param basePath below which browsers reach the server: see `http/base-path.ts` */
export function taskLinks(id: string, basePath: string): TaskView['links'] {
  const self = `${basePath}/api/tasks/${id}`
  return { self, events: `${self}/events`, cancel: `${self}/cancel` }
}

/**
 * @param log the log of the attempt that runs in this process, if one does: it is newer than the rows
 * @param basePath what its addresses begin with
 */
export function viewTask({ task, outputs }: SavedTask, log: EventLog | undefined, basePath = ''): TaskView {
  const live = log && !taskEnded(task.status) && log.attempt >= task.attempt && log.attempt > 0 ? log : undefined
  const ended = taskEnded(task.status)
  return {
    id: task.id,
    kind: task.kind,
    status: live ? 'running' : task.status,
    stage: live?.stage ?? task.stage,
    attempt: live?.attempt ?? task.attempt,
    createdAt: task.createdAt.toISOString(),
    startedAt: task.startedAt?.toISOString() ?? null,
    finishedAt: ended ? (task.finishedAt?.toISOString() ?? null) : null,
    outputs: outputs.map(output => (live ? liveOutput(output, live) : savedOutput(output))),
    ...(task.error && { error: task.error }),
    ...(!live && (task.damaged || outputs.some(({ damaged }) => damaged)) && { damaged: true as const }),
    links: taskLinks(task.id, basePath),
    version: live
      ? formatCursor(live.lastId)
      : `${task.status}-${task.attempt}-${task.terminalId ?? task.jobId}-${outputs.map(o => (o.damaged ? 'd' : o.cancelRequested ? 'c' : o.status[0])).join('')}`,
  }
}

/** Why a task ended incomplete or failed; undefined for a completed or unfinished one. */
export function faultOf({ task, outputs }: Pick<SavedTask, 'task' | 'outputs'>): OutputError | undefined {
  if (!taskEnded(task.status)) return undefined
  return task.error ?? outputs.find(({ error }) => error)?.error
}

function savedOutput({ index, status, text, finishReason, usage, error, damaged }: StoredOutput): OutputView {
  return {
    index,
    status,
    text,
    finishReason: finishReason ?? null,
    usage: usage ?? null,
    ...(error && { error }),
    ...(damaged && { damaged }),
  }
}

function liveOutput(saved: StoredOutput, log: EventLog): OutputView {
  const change = log.outputs.get(saved.index)
  const status = change?.status === 'restarted' ? 'running' : (change?.status ?? 'pending')
  const text = log.text(saved.index)
  return {
    index: saved.index,
    status,
    text,
    finishReason: change?.finishReason ?? null,
    usage: change?.usage ?? null,
    ...(change?.error && { error: change.error }),
  }
}
