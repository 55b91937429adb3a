import { once } from 'node:events'
import t from 'tap'
import { briefly } from '../../support/briefly.ts'
import { startEngine } from '../../support/engine.ts'

const owner = '01987fff-0000-7000-8000-000000000001'

t.test('a kind that cannot save costs no text and no second answer of the model', async t => {
  let saves = 0
  const { tasks, kind, ended } = await startEngine(t, {
    kind: {
      async save() {
        saves++
        if (saves === 1) throw new TypeError('a mistake of ours')
      },
    },
  })
  const { task } = await tasks.submit(kind, owner, {})
  t.match(await ended(task), {
    status: 'failed',
    attempt: 1,
    error: { code: 'not-saved' },
    outputs: [{ status: 'completed', text: 'text' }],
  })
  t.equal(saves, 1)
  await tasks.retryOutput(task.id, owner, 0)
  t.match(await ended(task), { status: 'completed' })
  t.equal(saves, 2, 'and it may be tried again')
})

t.test('a prompt that throws stops the attempt', async t => {
  let prompts = 0
  const { tasks, kind, ended } = await startEngine(t, {
    kind: {
      prompt() {
        prompts++
        if (prompts === 1) throw new TypeError('a mistake of ours')
        return [{ role: 'user', content: 'x' }]
      },
    },
  })
  t.match(await ended((await tasks.submit(kind, owner, {})).task), { status: 'completed', attempt: 2 })
})

t.test('a task that is stopped asks for none of its outputs that wait for their turn', async t => {
  const asked = Promise.withResolvers<void>()
  const outputs = 12
  let prompts = 0
  const { tasks, kind, stop } = await startEngine(t, {
    kind: {
      outputs: () => outputs,
      prompt() {
        prompts++
        return [{ role: 'user', content: 'x' }]
      },
    },
    async beforeAnswer({ signal }) {
      asked.resolve()
      await new Promise(resolve => signal.addEventListener('abort', resolve))
    },
  })
  await tasks.submit(kind, owner, {})
  await asked.promise
  await stop()
  t.equal(prompts, 10, 'as many as may run at the same time')
})

t.test('a job that was taken for lost, though its attempt still runs here, costs nothing', async t => {
  const answer = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const { tasks, kind, runner, queue, database, ended } = await startEngine(t, {
    async beforeAnswer() {
      asked.resolve()
      await answer.promise
    },
  })
  const { task } = await tasks.submit(kind, owner, {})
  await asked.promise
  t.equal(await queue.returnAll(), 1)
  const fetchedAgain = async () => {
    const { rows } = await database.jobs.executeSql('select state, retry_count from pgboss.job where id = $1', [
      task.jobId,
    ])
    return rows[0].state === 'active' && rows[0].retry_count === 1
  }
  while (!(await fetchedAgain())) {
    runner.wake()
    await briefly()
  }
  answer.resolve()
  t.match(await ended(task), { status: 'completed', attempt: 1 })
})

t.test('an attempt that was replaced, and does not know it yet, takes no output to be written again', async t => {
  const never = new Promise<void>(() => {})
  let calls = 0
  const { tasks, kind, database } = await startEngine(t, {
    kind: { outputs: () => 2 },
    beforeAnswer: ({ signal }) =>
      calls++ === 0 ? Promise.resolve() : Promise.race([never, once(signal, 'abort').then(() => {})]),
  })
  const { id } = (await tasks.submit(kind, owner, {})).task
  const written = async () => (await tasks.view(id, owner)).outputs.find(({ status }) => status === 'completed')
  while (!(await written())) await briefly()
  const { index } = (await written()) as { index: number }
  await database.jobs.executeSql('update tasks set attempt = attempt + 1 where id = $1', [id])
  await t.rejects(tasks.retryOutput(id, owner, index), { code: 'task-busy' })
  t.equal(calls, 2)
})
