import t from 'tap'
import { anyRecord } from '../../support/any-record.ts'
import { type Conch, startConch } from '../../support/conch.ts'
import { Library } from '../../support/library.ts'
import { Operator, operatorToken } from '../../support/operator.ts'
import { pagesOf } from '../../support/pages.ts'
import { question, quizJson } from '../../support/quiz.ts'
import { startUpstream, type Upstream, type UpstreamCompletion } from '../../support/upstream.ts'
import type { Visitor } from '../../support/visitor.ts'

/** The members that a record, a review and a quiz share. */
interface Item {
  id: string
  status: string
  error?: { code: string }
}

const kinds = [
  { kind: 'record', path: '/api/records', request: (word: string) => ({ ...anyRecord, label: word, versions: 2 }) },
  { kind: 'review', path: '/api/reviews', request: (word: string) => ({ body: `일기 ${word}`, type: 'FEELING' }) },
  { kind: 'quiz', path: '/api/quizzes', request: (word: string) => ({ topic: word, questionCount: 1 }) },
]

let conch: Conch
let upstream: Upstream
t.before(async () => {
  upstream = await startUpstream(t)
  conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl, OPERATOR_TOKEN: operatorToken })
})

const answers = {
  writes: (completion: UpstreamCompletion) =>
    void completion.delta(completion.body.response_format ? quizJson(question(1)) : '안녕하세요').finish(),
  refuses: ({ response }: UpstreamCompletion) => void response.writeHead(401).end(),
  waits: () => {},
}

/** Creates a task of one kind, and waits until that answer brings it no further. */
async function asked(visitor: Visitor, { path, request }: (typeof kinds)[number], answer: keyof typeof answers) {
  upstream.reset(answers[answer])
  const id = await visitor.submit(path, request(answer))
  if (answer === 'waits') await upstream.requested(1)
  else await visitor.finished(id)
  return id
}

/** One that was written, one that failed, one that was cancelled with nothing, and one that runs; newest first. */
async function oneOfEachState(visitor: Visitor, kind: (typeof kinds)[number]) {
  const completed = await asked(visitor, kind, 'writes')
  const failed = await asked(visitor, kind, 'refuses')
  const cancelled = await asked(visitor, kind, 'waits')
  await visitor.json('POST', `/api/tasks/${cancelled}/cancel`)
  await visitor.finished(cancelled)
  const running = await asked(visitor, kind, 'waits')
  return { running, cancelled, failed, completed }
}

const shown = (items: readonly Item[]) => items.map(({ id, status }) => [id, status])

for (const of of kinds) {
  const { kind, path } = of

  t.test(
    `${kind}: a running, failed or cancelled task is in its list and in the library, in the same state`,
    async t => {
      const visitor = conch.visitor()
      const other = conch.visitor()
      const theirs = await asked(other, of, 'refuses')
      const ids = await oneOfEachState(visitor, of)
      const all = Object.entries(ids).map(([status, id]) => [id, status])

      const pages = await pagesOf<Item>(visitor, path, 3)
      t.same(
        pages.map(({ length }) => length),
        [3, 1],
      )
      t.same(shown(pages.flat()), all)
      t.match(await visitor.json('GET', `${path}/${ids.failed}`), {
        body: { status: 'failed', error: { code: 'rejected' } },
      })
      for (const [id, status] of all) {
        const one = await visitor.json<Item>('GET', `${path}/${id}`)
        t.equal(one.body.status, status)
        t.same(shown((await visitor.json<{ items: Item[] }>('GET', `${path}?status=${status}`)).body.items), [
          [id, status],
        ])
        t.same(shown((await new Library(visitor).page({ status: status as string, kind })).items), [[id, status]])
        t.equal((await other.json('GET', `${path}/${id}`)).status, 404)
      }
      t.match(await visitor.json('GET', `${path}?status=done`), { status: 400, body: { code: 'invalid-request' } })
      t.same(
        shown((await visitor.json<{ items: Item[] }>('GET', `${path}?status=failed,cancelled`)).body.items),
        all.slice(1, 3),
      )

      const library = await new Library(visitor).all({ limit: '1' })
      t.same(new Map(shown(library) as [string, string][]), new Map(all as [string, string][]))
      await new Library(visitor).has(...Object.values(ids))
      t.same(await new Library(visitor).search('refuses'), [ids.failed])
      t.same(
        await new Library(visitor).search('waits'),
        [ids.running, ids.cancelled].sort().reverse(),
        'also of a running one',
      )

      t.same(shown((await other.json<{ items: Item[] }>('GET', path)).body.items), [[theirs, 'failed']])
      t.same(shown(await new Library(other).all()), [[theirs, 'failed']])
    },
  )

  t.test(`${kind}: rebuilt, the library is the same`, async t => {
    const visitor = conch.visitor()
    const ids = await oneOfEachState(visitor, of)
    const library = new Library(visitor)
    const before = await library.has(...Object.values(ids))
    const operator = new Operator(conch.url)
    await operator.json('POST', '/api/operations/library-rebuild')
    for (let status = 'running'; status === 'running'; )
      status = (await operator.json<{ status: string }>('GET', '/api/operations/library-rebuild')).body.status
    t.same(await library.all(), before)
  })

  t.test(`${kind}: a failed task can be tried again as a whole`, async t => {
    const visitor = conch.visitor()
    const id = await asked(visitor, of, 'refuses')
    upstream.reset(answers.waits)
    const retried = await visitor.json<Item>('POST', `/api/tasks/${id}/retry`)
    t.match(retried, { status: 202, body: { id, status: 'queued' } })
    t.match(await visitor.json('POST', `/api/tasks/${id}/retry`), { status: 409, body: { code: 'task-unfinished' } })
    const outputs = (await visitor.task(id)).outputs.length
    await upstream.requested(outputs)
    t.match(await new Library(visitor).all(), [{ id, status: 'running' }])
    t.match((await visitor.json<{ items: Item[] }>('GET', path)).body.items, [{ id, status: 'running' }])
    for (const completion of upstream.completions) answers.writes(completion)
    await visitor.finished(id)
    const { body } = await visitor.json<Item>('GET', `${path}/${id}`)
    t.equal(body.status, 'completed')
    t.notOk(body.error)
    t.match(await new Library(visitor).until(([item]) => item?.status === 'completed'), [{ id }])
    t.match(await visitor.json('POST', `/api/tasks/${id}/retry`), { status: 409, body: { code: 'nothing-to-retry' } })
    t.equal((await conch.visitor().json('POST', `/api/tasks/${id}/retry`)).status, 404)
  })

  t.test(`${kind}: a removed task is nowhere, whatever its state`, async t => {
    const visitor = conch.visitor()
    const ids = Object.values(await oneOfEachState(visitor, of))
    const library = new Library(visitor)
    await library.has(...ids)
    for (const [index, id] of ids.entries()) {
      t.equal((await conch.visitor().json('DELETE', `${path}/${id}`)).status, 404, 'not by another owner')
      t.equal((await visitor.json('DELETE', `${path}/${id}`)).status, 204)
      for (const gone of [`${path}/${id}`, `/api/tasks/${id}`]) t.equal((await visitor.json('GET', gone)).status, 404)
      for (const list of [path, '/api/tasks', '/api/library'])
        t.equal((await visitor.json<{ items: Item[] }>('GET', list)).body.items.length, ids.length - index - 1, list)
    }
  })
}

t.test('of a record some of whose versions were written, only the others are tried again', async t => {
  const visitor = conch.visitor()
  upstream.reset(completion =>
    upstream.completions.length === 1 ? answers.writes(completion) : answers.refuses(completion),
  )
  const id = await visitor.record({ ...anyRecord, versions: 3 })
  await visitor.finished(id)
  t.match(await visitor.json('GET', `/api/records/${id}`), {
    body: { status: 'incomplete', error: { code: 'rejected' } },
  })
  upstream.reset(answers.writes)
  await visitor.json('POST', `/api/tasks/${id}/retry`)
  await visitor.finished(id)
  t.equal(upstream.completions.length, 2)
  t.match(await visitor.json('GET', `/api/records/${id}`), { body: { status: 'completed' } })
})

t.test('a quiz that was taken is not tried again as a whole either', async t => {
  const visitor = conch.visitor()
  upstream.reset(completion => completion.delta(quizJson(question(1))).finish())
  const id = await visitor.submit('/api/quizzes', { topic: '하나', questionCount: 2 })
  await visitor.finished(id)
  t.match(await visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers: [1] }), { status: 201 })
  t.match(await visitor.json('POST', `/api/tasks/${id}/retry`), { status: 409, body: { code: 'quiz-taken' } })
  t.match(await visitor.task(id), { status: 'incomplete' })
})
