import t from 'tap'
import { EventLog } from '../../src/tasks/log/event-log.ts'
import { outputChunk } from '../../src/tasks/log/rebuild.ts'
import { viewTask } from '../../src/tasks/view.ts'
import { completedTask, storedOutput, taskRow } from '../support/task-rows.ts'

const { id } = taskRow()

/** A task that runs here: its rows still have their state at the claim. */
function running() {
  const log = new EventLog(id, 'record')
  log.begin(1)
  log.append({ type: 'data-stage', id: 'stage', data: { stage: 'generating', at: '2026-03-02T00:00:01Z' } })
  log.append(outputChunk({ index: 0, status: 'running' }))
  log.append({ type: 'text-start', id: '0' })
  log.delta(0, '지금까지 ')
  const saved = {
    task: taskRow({ status: 'running', stage: 'preparing', attempt: 1 }),
    outputs: [storedOutput({ index: 0 }), storedOutput({ index: 1 })],
  }
  return { log, saved }
}

t.test('an ended task is shown as saved', async t => {
  t.match(viewTask(completedTask('하나', '둘'), undefined), {
    id,
    kind: 'record',
    status: 'completed',
    stage: 'completed',
    attempt: 1,
    createdAt: '2026-03-02T00:00:00.000Z',
    startedAt: '2026-03-02T00:00:00.000Z',
    finishedAt: '2026-03-02T00:01:00.000Z',
    outputs: [
      { index: 0, status: 'completed', text: '하나', finishReason: 'stop', usage: null },
      { index: 1, text: '둘' },
    ],
    links: { self: `/api/tasks/${id}`, events: `/api/tasks/${id}/events`, cancel: `/api/tasks/${id}/cancel` },
  })
})

t.test('a task that runs here is shown from its log, text so far included', async t => {
  const { log, saved } = running()
  log.delta(0, '온 글')
  const view = viewTask(saved, log)
  t.match(view, {
    status: 'running',
    stage: 'generating',
    finishedAt: null,
    outputs: [
      { status: 'running', text: '지금까지 온 글' },
      { status: 'pending', text: '' },
    ],
  })
})

t.test('an output that was restarted runs, and its old text is gone', async t => {
  const { log, saved } = running()
  log.append(outputChunk({ index: 0, status: 'restarted' }))
  t.match(viewTask(saved, log).outputs, [{ status: 'running', text: '' }, {}])
})

t.test('a task that was claimed before its row was read runs already', async t => {
  const { log, saved } = running()
  t.match(viewTask({ ...saved, task: taskRow() }, log), { status: 'running', attempt: 1 })
})

t.test('a log of an older attempt, or of the queue, does not count', async t => {
  const { log, saved } = running()
  const task = taskRow({ status: 'running', stage: 'preparing', attempt: 2 })
  t.match(viewTask({ ...saved, task }, log), { attempt: 2, stage: 'preparing', outputs: [{ text: '' }, {}] })
  const waiting = new EventLog(id, 'record')
  waiting.begin(0)
  t.match(viewTask({ ...saved, task: taskRow() }, waiting), { status: 'queued', attempt: 0 })
})

t.test('once the rows have its end, they count', async t => {
  const { log } = running()
  t.match(viewTask(completedTask('끝'), log), { status: 'completed', outputs: [{ text: '끝' }] })
})

t.test('the version changes with every change, and with nothing else', async t => {
  const { log, saved } = running()
  const versions: string[] = []
  const look = () => versions.push(viewTask(saved, log).version)
  look()
  t.equal(viewTask(saved, log).version, versions[0])
  log.delta(0, '온 글')
  look()
  log.append({ type: 'text-end', id: '0' })
  look()
  versions.push(viewTask(saved, undefined).version)
  versions.push(viewTask({ ...saved, task: taskRow() }, undefined).version)
  const cancelled = [storedOutput({ index: 0, cancelRequested: true }), storedOutput({ index: 1 })]
  versions.push(viewTask({ task: taskRow(), outputs: cancelled }, undefined).version)
  versions.push(viewTask(completedTask('끝'), undefined).version)
  t.equal(new Set(versions).size, versions.length, versions.join())
})

t.test('an error is shown where there is one, and no member where there is none', async t => {
  const error = { code: 'rejected', detail: 'The model refused.' }
  const failed = {
    task: taskRow({ status: 'failed', attempt: 1, terminalId: '1-9', error }),
    outputs: [storedOutput({ status: 'failed', error })],
  }
  t.match(viewTask(failed, undefined), { error, outputs: [{ error }] })
  t.notOk('error' in viewTask(completedTask('끝'), undefined))
})
