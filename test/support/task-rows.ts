import type { SavedTask } from '../../src/tasks/log/saved-task.ts'
import type { StoredOutput, TaskRow } from '../../src/tasks/store/rows.ts'

const createdAt = new Date('2026-03-02T00:00:00Z')

/** The row of a waiting task, with the given members. */
export function taskRow(members: Partial<TaskRow> = {}): TaskRow {
  return {
    id: '0198c6a2-0000-7000-8000-000000000000',
    ownerId: '0198c6a2-0000-7000-8000-000000000001',
    kind: 'record',
    status: 'queued',
    stage: 'queued',
    attempt: 0,
    lostAttempts: 0,
    ends: 0,
    traceId: '',
    nextId: null,
    jobId: '0198c6a2-0000-7000-8000-000000000002',
    terminalId: null,
    errorCode: null,
    error: undefined,
    cancelRequestedAt: null,
    createdAt,
    startedAt: null,
    finishedAt: null,
    ...members,
  }
}

/** A task that has ended with these texts. */
export function completedTask(...texts: string[]): SavedTask {
  const times = { startedAt: createdAt, finishedAt: new Date('2026-03-02T00:01:00Z') }
  return {
    task: taskRow({ status: 'completed', stage: 'completed', attempt: 1, terminalId: '1-40', ...times }),
    outputs: texts.map((text, index) => storedOutput({ index, text, status: 'completed', finishReason: 'stop' })),
  }
}

export function storedOutput(members: Partial<StoredOutput> = {}): StoredOutput {
  return { index: 0, status: 'pending', text: '', cancelRequested: false, ...members }
}
