import { sql } from 'drizzle-orm'
import t, { type Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { Cipher } from '../../src/db/encrypted.ts'
import type { Answer, Question, SignalListener } from '../../src/tasks/log/replication.ts'
import { tasks as taskTable } from '../../src/tasks/store/tables.ts'
import { briefly } from '../support/briefly.ts'
import { startEngine } from '../support/engine.ts'

/**
 * An engine beside other instances, which the test plays. Embedded, so without a heartbeat: it learns of changes by
 * signals alone. Its tasks run until they are stopped.
 */
async function beside(t: Test, { outputs = 1, answer }: { outputs?: number; answer?: Answer } = {}) {
  const said: string[] = []
  const asked: Question[] = []
  let listener: SignalListener | undefined
  const began = Promise.withResolvers<void>()
  const stopped = Promise.withResolvers<void>()
  const engine = await startEngine(t, {
    kind: { outputs: () => outputs },
    async beforeAnswer({ signal }) {
      began.resolve()
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      stopped.resolve()
    },
    signals: {
      changed: taskId => void said.push(taskId),
      async ask(question) {
        asked.push(question)
        return answer
      },
      listen: given => {
        listener = given
      },
    },
  })
  const { tasks, kind, database } = engine
  const ownerId = uuidv7()
  const { task } = await tasks.submit(kind, ownerId, {})
  await began.promise
  const elsewhere = (statement: ReturnType<typeof sql>) => database.queries.execute(statement)
  return { ...engine, task, ownerId, said, asked, stopped: stopped.promise, elsewhere, hear: () => listener }
}

t.test('a cancellation here is published to the others, and so is a removal', async t => {
  const { tasks, task, ownerId, said, stopped, kind } = await beside(t)
  await tasks.cancelOutput(task.id, ownerId, 0)
  await stopped
  t.same(said, [task.id])
  await tasks.cancel(task.id, ownerId)
  t.same(said, [task.id, task.id])
  await tasks.remove(task.id, ownerId, kind.name)
  t.same(said, [task.id, task.id, task.id])
})

t.test('a task that was cancelled elsewhere is stopped here when the signal comes', async t => {
  const { task, stopped, elsewhere, hear, ended } = await beside(t)
  await elsewhere(sql`update tasks set cancel_requested_at = now() where id = ${task.id}`)
  hear()?.changed(task.id)
  await stopped
  t.match(await ended(task), { status: 'cancelled' })
})

t.test('an output that was cancelled elsewhere is stopped, and the other goes on', async t => {
  const { task, stopped, elsewhere, hear, runner, tasks, ownerId } = await beside(t, { outputs: 2 })
  await elsewhere(sql`update outputs set cancel_requested_at = now() where task_id = ${task.id} and index = 1`)
  hear()?.changed(task.id)
  await stopped
  t.match(await tasks.view(task.id, ownerId), { status: 'running' })
  t.equal(runner.runningOutputs, 2)
})

t.test('a task that was removed elsewhere ends here and leaves nothing', async t => {
  const { task, stopped, elsewhere, hear, logs } = await beside(t)
  await elsewhere(sql`delete from tasks where id = ${task.id}`)
  hear()?.changed(task.id)
  await stopped
  while (logs.written(task.id)) await briefly()
  t.pass('its log is dropped')
})

t.test('the instance that runs a task answers questions about it; no other one does', async t => {
  const { task, ownerId, hear } = await beside(t)
  const question = { taskId: task.id, ownerId, retryOutput: 0 }
  t.match(await hear()?.asked(question), { done: false, problem: { status: 409, code: 'output-unfinished' } })
  t.match(await hear()?.asked({ ...question, ownerId: uuidv7() }), { done: false, problem: { status: 404 } })
  t.equal(await hear()?.asked({ ...question, taskId: uuidv7() }), undefined)
})

/** As the engine of these tests has it. */
const cipher = new Cipher([{ id: 'test', key: new Uint8Array(32) }])

t.test('an output of a task that runs elsewhere is written again there, or not, as the answer says', async t => {
  const refusal = { status: 409, code: 'output-unfinished', title: 'no', detail: 'not now' }
  for (const [answer, code] of [
    [{ done: true }, undefined],
    [{ done: false, problem: refusal }, 'output-unfinished'],
    [undefined, 'task-busy'],
  ] as const) {
    const { tasks, ownerId, asked, elsewhere, task } = await beside(t, { answer })
    const other = uuidv7()
    const sealed = cipher.seal(taskTable.input, { row: other, owner: ownerId }, '{}')
    // A task that does not run here.
    await elsewhere(sql`insert into tasks (id, owner_id, kind, status, stage, job_id, trace_id, input, created_at, attempt)
      select ${other}::uuid, owner_id, kind, 'running', 'generating', ${uuidv7()}::uuid, trace_id, ${sealed}::bytea, created_at, 1
      from tasks where id = ${task.id}`)
    await elsewhere(sql`insert into outputs (task_id, index, status) values (${other}, 0, 'pending')`)
    const retried = tasks.retryOutput(other, ownerId, 0)
    if (code) await t.rejects(retried, { code })
    else t.match(await retried, { id: other })
    t.same(asked, [{ taskId: other, ownerId, retryOutput: 0 }])
  }
})
