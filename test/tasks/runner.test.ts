import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { openEmbedded } from '../../src/db/client.ts'
import { Cipher } from '../../src/db/encrypted.ts'
import { startJobs } from '../../src/db/jobs.ts'
import type { TaskKind } from '../../src/tasks/kind.ts'
import { Line } from '../../src/tasks/line.ts'
import { Logs } from '../../src/tasks/logs.ts'
import { openTaskQueue } from '../../src/tasks/queue.ts'
import { Runner } from '../../src/tasks/runner.ts'
import { loadSaved } from '../../src/tasks/saved-task.ts'
import { TaskStore } from '../../src/tasks/store.ts'
import { Tasks } from '../../src/tasks/tasks.ts'

const owner = '01987fff-0000-7000-8000-000000000001'

t.test('a kind that cannot save costs no text and no second answer of the model', async t => {
  let saves = 0
  const { tasks, kind } = await engine(t, {
    async save() {
      saves++
      if (saves === 1) throw new TypeError('a mistake of ours')
      return []
    },
  })
  const task = await tasks.submit(kind, owner, {})
  const log = await tasks.logOf(task)
  await new Promise<void>(resolve => {
    log.subscribe(() => {
      if (log.terminal) resolve()
    })
  })
  t.match(await tasks.view(task.id, owner), {
    status: 'failed',
    attempt: 1,
    error: { code: 'not-saved' },
    outputs: [{ status: 'completed', text: 'text' }],
  })
  t.equal(saves, 1)
  await tasks.retryOutput(task.id, owner, 0)
  while ((await tasks.view(task.id, owner)).status !== 'completed') await new Promise(resolve => setImmediate(resolve))
  t.equal(saves, 2, 'and it may be tried again')
})

t.test('a prompt that throws stops the attempt', async t => {
  let prompts = 0
  const { tasks, kind } = await engine(t, {
    prompt() {
      prompts++
      if (prompts === 1) throw new TypeError('a mistake of ours')
      return [{ role: 'user', content: 'x' }]
    },
  })
  const task = await tasks.submit(kind, owner, {})
  const log = await tasks.logOf(task)
  await new Promise<void>(resolve => {
    log.subscribe(() => {
      if (log.terminal) resolve()
    })
  })
  t.match(await tasks.view(task.id, owner), { status: 'completed', attempt: 2 })
})

t.test('a job that was taken for lost, though its attempt still runs here, costs nothing', async t => {
  const answer = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const { tasks, kind, runner, queue, database } = await engine(t, {}, async () => {
    asked.resolve()
    await answer.promise
  })
  const task = await tasks.submit(kind, owner, {})
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
    await new Promise(resolve => setImmediate(resolve))
  }
  answer.resolve()
  const log = await tasks.logOf(task)
  await new Promise<void>(resolve => {
    const look = () => log.terminal && resolve()
    log.subscribe(look)
    look()
  })
  t.match(await tasks.view(task.id, owner), { status: 'completed', attempt: 1 })
})

/** The engine on a database in memory, with a model that answers at once. */
async function engine(
  t: Test,
  overrides: Partial<Extract<TaskKind, { prompt: unknown }>>,
  beforeAnswer: () => Promise<void> = async () => {},
) {
  const app = Fastify({ logger: false })
  const database = await openEmbedded(undefined)
  const boss = await startJobs(database, error => t.fail(error.message))
  const store = new TaskStore(new Cipher([{ id: 'test', key: new Uint8Array(32) }]))
  const queue = await openTaskQueue(boss, database)
  const kind: TaskKind = {
    name: 'test',
    input: Type.Object({}),
    outputs: () => 1,
    prompt: () => [{ role: 'user', content: 'x' }],
    save: async () => [],
    ...overrides,
  }
  const kinds = new Map([[kind.name, kind]])
  const line = new Line(store, queue)
  const events = { running: 0, start: async () => {}, publish: async () => {}, wake: () => {}, stop: async () => {} }
  const logs = new Logs(id => loadSaved(database.queries, { store, kinds }, id))
  const runner = new Runner({
    database,
    store,
    queue,
    line,
    events,
    logs,
    kinds,
    maxRunningOutputs: 10,
    logger: app.log,
    model: {
      name: 'test',
      demo: false,
      async complete({ onDelta }) {
        await beforeAnswer()
        onDelta('text')
        return { outcome: 'completed', usage: { inputTokens: 1, outputTokens: 1 } }
      },
      state: () => ({ breaker: 'closed', sockets: 0, retries: 0 }),
      close: async () => {},
    },
  })
  await runner.start()
  t.teardown(async () => {
    await runner.stop(0)
    logs.close()
    await boss.stop({ graceful: false })
    await database.close()
    await app.close()
  })
  return {
    kind,
    runner,
    queue,
    database,
    tasks: new Tasks({ database, store, queue, line, logs, kinds, runner, maxQueuedTasks: 100 }),
  }
}
