import t from 'tap'
import type { StatisticsReport } from '../../src/statistics/api-schemas.ts'
import { anyRecord } from '../support/any-record.ts'
import { briefly } from '../support/briefly.ts'
import { startConch } from '../support/conch.ts'
import { Operator, operatorToken } from '../support/operator.ts'
import { startUpstream } from '../support/upstream.ts'
import type { Visitor } from '../support/visitor.ts'

const upstream = await startUpstream(t, completion => completion.delta('안녕', '하세요').finish())
const conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl, OPERATOR_TOKEN: operatorToken })
const operator = new Operator(conch.url)

t.test('owners see their own tasks in numbers, operators the sums of all and no owner', async t => {
  const [one, other, idle] = [conch.visitor(), conch.visitor(), conch.visitor()]
  const id = await one.record({ ...anyRecord, versions: 2 })
  await one.finished(id)
  await other.finished(await other.submit('/api/reviews', { body: '일기', type: 'FEELING' }))
  const mine = await reportThat(one, ({ total }) => total.tasks === 1)
  t.match(mine, {
    days: [{ day: mine.to, kind: 'record', tasks: 1, outputs: { completed: 2 } }],
    kinds: [{ kind: 'record', tasks: 1 }],
    total: {
      tasks: 1,
      rewrites: 0,
      ends: { completed: 1, incomplete: 0, failed: 0, cancelled: 0 },
      outputs: { completed: 2, incomplete: 0, failed: 0, cancelled: 0 },
      inputTokens: 18,
      outputTokens: 4,
      retries: 0,
      lostAttempts: 0,
      firstToken: { count: 2, p50Ms: Number, p95Ms: Number, p99Ms: Number },
      total: { count: 1 },
    },
  })
  t.equal(mine.total.firstToken.buckets.length, mine.bucketBoundsMs.length + 1)

  await one.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  await one.finished(id)
  const again = await reportThat(one, ({ total }) => total.rewrites === 1)
  t.match(again.total, { tasks: 1, ends: { completed: 2 }, outputs: { completed: 3 } })

  await reportThat(other, ({ total }) => total.tasks === 1)
  t.match(await reportThat(idle, () => true), { days: [], kinds: [], total: { tasks: 0, firstToken: { p50Ms: null } } })

  const all = await operator.json<StatisticsReport>('GET', '/api/operations/statistics')
  t.match(all.body, {
    kinds: [
      { kind: 'record', tasks: 1, rewrites: 1 },
      { kind: 'review', tasks: 1 },
    ],
  })
  t.match(all.body.total, { tasks: 2, rewrites: 1, outputs: { completed: 4 } })
  t.equal(all.headers.get('cache-control'), 'private, no-store')
  t.notMatch(JSON.stringify(all.body), /owner|[0-9a-f]{8}-/)
  const reviews = await operator.json<StatisticsReport>('GET', '/api/operations/statistics?kind=review')
  t.match(reviews.body, { kinds: [{ kind: 'review' }], total: { tasks: 1 } })
  t.same((await operator.json<StatisticsReport>('GET', '/api/operations/statistics?to=2020-02-29')).body.days, [])
})

t.test('an invalid period and a request without the token are refused', async t => {
  const visitor = conch.visitor()
  for (const [query, code] of [
    ['from=yesterday', 'invalid-request'],
    ['kind=%00', 'invalid-request'],
    ['from=2026-02-30', 'invalid-period'],
    ['from=0000-01-01&to=0000-01-02', 'invalid-period'],
    ['to=0001-01-10', 'invalid-period'],
    ['from=2026-03-02&to=2026-03-01', 'invalid-period'],
    ['from=2024-01-01&to=2026-03-01', 'invalid-period'],
  ] as const) {
    t.match(await visitor.json('GET', `/api/statistics?${query}`), { status: 400, body: { code } }, query)
    t.match(await operator.json('GET', `/api/operations/statistics?${query}`), { status: 400, body: { code } }, query)
  }
  t.match(await visitor.json('GET', '/api/operations/statistics'), { status: 401, body: { code: 'operators-only' } })
})

/** The owner's report, once it is as wanted: the counts come a moment after the task. */
async function reportThat(visitor: Visitor, condition: (report: StatisticsReport) => boolean) {
  for (;;) {
    const { body } = await visitor.json<StatisticsReport>('GET', '/api/statistics')
    if (condition(body)) return body
    await briefly()
  }
}
