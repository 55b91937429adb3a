import t from 'tap'
import {
  endStatus,
  type OutputStatus,
  outputEnded,
  outputStatuses,
  taskEnded,
  taskStatuses,
} from '../../src/tasks/task.ts'

const ended = (...statuses: OutputStatus[]) =>
  endStatus(
    statuses.map(status => ({ status })),
    false,
  )

t.test('a task ends as its outputs did, if they agree', async t => {
  for (const status of ['completed', 'failed', 'cancelled', 'incomplete'] as const)
    t.equal(ended(status, status, status), status)
})

t.test('a task whose outputs ended in different ways is incomplete', async t => {
  t.equal(ended('completed', 'failed'), 'incomplete')
  t.equal(ended('completed', 'cancelled'), 'incomplete')
  t.equal(ended('failed', 'cancelled'), 'incomplete')
  t.equal(ended('completed', 'completed', 'incomplete'), 'incomplete')
})

t.test('a cancelled task is cancelled, whatever its outputs had come to', async t => {
  t.equal(endStatus([{ status: 'completed' }, { status: 'failed' }], true), 'cancelled')
})

t.test('nothing has ended that waits or runs', async t => {
  t.same(
    taskStatuses.filter(status => !taskEnded(status)),
    ['queued', 'running'],
  )
  t.same(
    outputStatuses.filter(status => !outputEnded(status)),
    ['pending', 'running'],
  )
  t.notOk(outputEnded('restarted'))
})
