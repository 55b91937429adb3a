import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { ownStorage, startConch } from '../support/conch.ts'
import { startEngine } from '../support/engine.ts'
import { startPacedEngine } from '../support/paced-engine.ts'
import { question, quizJson } from '../support/quiz.ts'
import { openRaw } from '../support/raw-database.ts'
import { startUpstream, type UpstreamCompletion } from '../support/upstream.ts'
import type { Visitor, Watcher } from '../support/visitor.ts'

interface Removable {
  path: string
  body: object
  /** The model's text for it, in two pieces. */
  written: [string, string]
  /** What its owner does with it afterwards, so that more rows are to be removed. */
  use?(visitor: Visitor, id: string): Promise<{ status: number }>
}

const text: Removable['written'] = ['앞의 글, ', '뒤의 글.']
const removables: Removable[] = [
  {
    path: '/api/records',
    body: { ...anyRecord, versions: 1 },
    written: text,
    use: (visitor, id) => visitor.json('PUT', `/api/records/${id}`, { output: 0, text: '고친 글', confirmed: true }),
  },
  { path: '/api/reviews', body: { body: '오늘 일기', type: 'FEELING' }, written: text },
  {
    path: '/api/quizzes',
    body: { topic: '수도', questionCount: 2 },
    written: [quizJson(question(1)).slice(0, -2), `,${JSON.stringify(question(2))}]}`],
    use: (visitor, id) => visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers: [0, null] }),
  },
]

const owner = '01987fff-0000-7000-8000-000000000001'
const unknownId = '01987fff-0000-7000-8000-000000000000'

t.test('a removed task leaves nothing, whatever its state', async t => {
  const upstream = await startUpstream(t)
  const storage = await ownStorage(t)
  // One at a time, so that a second one waits.
  const env = { ...storage, OPENAI_BASE_URL: upstream.baseUrl, MAX_RUNNING_OUTPUTS: '1' }
  const conch = await startConch(t, env)

  for (const { path, body, written, use } of removables) {
    await t.test(path, async t => {
      t.test('while it is being written: its socket is closed, and the next one begins', async t => {
        const { visitor, submit, remove } = begin()
        const id = await submit()
        await upstream.requested(1)
        const [completion] = upstream.completions as [UpstreamCompletion]
        const watcher = await visitor.watchTask(id)
        completion.delta(written[0])
        await watcher.until(({ chunks }) => chunks.some(isText))
        const next = await submit()
        await remove(t, id, [watcher])
        await completion.abandoned
        await upstream.requested(2)
        await remove(t, next)
      })

      t.test('while it waits: it never begins', async t => {
        const { visitor, submit, remove } = begin()
        const running = await submit()
        await upstream.requested(1)
        const waiting = await submit()
        const watcher = await visitor.watchTask(waiting)
        await watcher.until(({ lastId }) => lastId === '0-2')
        await remove(t, waiting, [watcher])
        t.equal((await visitor.task(running)).status, 'running')
        await remove(t, running)
        // Every earlier task in the queue would have begun before it.
        const last = await submit()
        await upstream.requested(2)
        t.equal((await visitor.task(last)).status, 'running')
        await remove(t, last)
        t.equal(upstream.completions.length, 2)
      })

      t.test('when it has ended, once', async t => {
        const { visitor, submit, remove } = begin(completion => completion.delta(...written).finish())
        const id = await submit()
        const kept = await submit()
        for (const one of [id, kept]) await visitor.finished(one)
        if (use) for (const _ of [1, 2]) t.ok((await use(visitor, id)).status < 300)
        await remove(t, id)
        t.equal((await visitor.json('DELETE', `${path}/${id}`)).status, 404)
        t.same(await listed(visitor), [kept], 'the others stay')
        await remove(t, kept)
      })

      t.test('when it has failed, and there is nothing but the task', async t => {
        const { visitor, submit, remove } = begin(({ response }) => response.writeHead(401).end())
        const id = await submit()
        t.match((await visitor.finished(id)).chunks.at(-1), { type: 'error' })
        await remove(t, id)
      })

      t.test('while it is being written again', async t => {
        const { visitor, submit, remove } = begin(completion => completion.delta(...written).finish())
        const id = await submit()
        await visitor.finished(id)
        upstream.answer(completion => completion.delta(written[0]))
        await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
        await upstream.requested(2)
        const watcher = await visitor.watchTask(id)
        await watcher.until(({ chunks }) => chunks.some(isText))
        await remove(t, id, [watcher])
        await upstream.completions[1]?.abandoned
      })

      t.test('while it waits to be written again', async t => {
        const { visitor, submit, remove } = begin(completion => completion.delta(...written).finish())
        const id = await submit()
        await visitor.finished(id)
        upstream.answer(() => {})
        const running = await submit()
        await upstream.requested(2)
        await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
        const watcher = await visitor.watchTask(id)
        await watcher.until(({ lastId }) => lastId === '0-2')
        await remove(t, id, [watcher])
        await remove(t, running)
      })

      t.test('by its id in capitals, which is the same id', async t => {
        const { visitor, submit, remove } = begin()
        const id = await submit()
        await upstream.requested(1)
        const watcher = await visitor.watchTask(id)
        await watcher.until(({ lastId }) => lastId !== undefined)
        await remove(t, id.toUpperCase(), [watcher])
        await upstream.completions[0]?.abandoned
      })

      t.test('at the moment at which it ends', async t => {
        const { submit, remove } = begin()
        for (let round = 1; round <= 10; round++) {
          const id = await submit()
          await upstream.requested(round)
          upstream.completions
            .at(-1)
            ?.delta(...written)
            .finish()
          await remove(t, id)
        }
      })

      t.test('not by another visitor, and not at the address of another kind', async t => {
        const { visitor, submit, remove } = begin(completion => completion.delta(...written).finish())
        const id = await submit()
        await visitor.finished(id)
        const stranger = conch.visitor()
        const [theirs, nobodys] = await Promise.all(
          [id, unknownId].map(one => stranger.json('DELETE', `${path}/${one}`)),
        )
        t.equal(theirs?.status, 404)
        t.same(theirs?.body, nobodys?.body)
        for (const other of [...removables.map(({ path }) => path), '/api/conversations'].filter(one => one !== path))
          t.equal((await visitor.json('DELETE', `${other}/${id}`)).status, 404, other)
        for (const other of ['nonsense', '%00']) t.equal((await visitor.json('DELETE', `${path}/${other}`)).status, 404)
        t.same(await listed(visitor), [id], 'it is still there')
        await remove(t, id)
      })
    })

    /** A visitor, and a model with this answer; without a script it answers nothing. */
    function begin(script: (completion: UpstreamCompletion) => unknown = () => {}) {
      upstream.reset(script)
      const visitor = conch.visitor()
      return {
        visitor,
        submit: () => visitor.submit(path, body),
        /** Removes it, and checks that it is deleted and its readers are cut off. */
        async remove(t: Test, id: string, watchers: Watcher[] = []) {
          t.equal((await visitor.json('DELETE', `${path}/${id}`)).status, 204)
          for (const { ended, transcript } of watchers) {
            await ended
            t.notOk(transcript.done, 'its readers get no end')
          }
          const gone = [`${path}/${id}`, `/api/tasks/${id}`, `/api/tasks/${id}/events`]
          for (const one of gone) t.equal((await visitor.json('GET', one)).status, 404, one)
          for (const action of ['cancel', 'outputs/0/cancel', 'outputs/0/retry'])
            t.equal((await visitor.json('POST', `/api/tasks/${id}/${action}`)).status, 404, action)
          t.notOk((await listed(visitor)).includes(id))
        },
      }
    }

    async function listed(visitor: Visitor): Promise<string[]> {
      const { body } = await visitor.json<{ items: { id: string }[] }>('GET', path)
      return body.items.map(({ id }) => id)
    }
  }

  const { body } = await conch.visitor().json('GET', '/api/tasks')
  t.same(body.items, [])
  t.match(await (await conch.visitor().fetch('/metrics')).text(), /^conch_running_outputs 0$/m)
  await conch.close()
  const raw = await openRaw(t, storage)
  const tables = await raw.query(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  )
  t.ok(tables.length > 5)
  // The key of an index, and numbers: no text.
  const kept = ['library_keys', 'statistics', 'notification_counters']
  for (const { name } of tables.filter(({ name }) => !kept.includes(String(name))))
    t.same(await raw.query(`select * from "${name}"`), [], String(name))
  await raw.close()
})

t.test('a task removed while it is being saved is deleted all the same', async t => {
  const saving = Promise.withResolvers<void>()
  const mayEnd = Promise.withResolvers<void>()
  const { tasks, kind, store, database } = await startEngine(t, {
    kind: {
      async save() {
        saving.resolve()
        await mayEnd.promise
      },
    },
  })
  const { task } = await tasks.submit(kind, owner, {})
  await saving.promise
  const removed = tasks.remove(task.id, owner, kind.name)
  mayEnd.resolve()
  t.ok(await removed)
  await t.rejects(tasks.view(task.id, owner), { code: 'task-not-found' })
  t.same((await store.outputsOf(database.queries, [task])).get(task.id), [])
})

t.test('removed before it is saved, though both have begun, nothing of it is saved', async t => {
  let saves = 0
  const { tasks, kind, database, runner, log, whenAsked, answer } = await startPacedEngine(t, {
    kind: {
      async save() {
        saves++
      },
    },
  })
  const { task } = await tasks.submit(kind, owner, {})
  await whenAsked(task.id)
  const events = await tasks.logOf(task)
  await database.queries.transaction(async tx => {
    await tasks.removeIn(tx, [task.id])
    answer(task.id)
    while (events.stage !== 'saving') await turn()
  })
  while (runner.attempt(task.id)) await turn()
  t.equal(saves, 0)
  t.notOk(events.terminal, 'and no reader sees an end')
  t.match(log.join(''), 'nothing of it was saved')
  const { rows } = await database.jobs.executeSql('select state from pgboss.job where id = $1', [task.jobId])
  t.same(rows, [{ state: 'completed' }])
})

function isText({ type }: { type: string }): boolean {
  return type === 'text-delta' || type === 'data-question'
}
