import { createECDH, randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import type { StatisticsReport } from '../src/statistics/api-schemas.ts'
import { startConch } from './support/conch.ts'
import { Library } from './support/library.ts'
import { Operator, operatorToken } from './support/operator.ts'
import { followOwner, listed, notifiedIn, statesIn, unreadIn } from './support/owner-stream.ts'
import { pagesOf } from './support/pages.ts'
import { type QuizBody, question, quizJson } from './support/quiz.ts'
import { challengeIn, startReceiver, status, whoWantsThem } from './support/receiver.ts'
import { solapiAccount, startSolapi } from './support/solapi.ts'
import { asksForSummary, Talk } from './support/talk.ts'
import { startUpstream } from './support/upstream.ts'
import type { Visitor } from './support/visitor.ts'
import { verifiedWebhook, type WebhookBody } from './support/webhook.ts'

/**
 * Two owners with different numbers of everything: each must be shown only their own, to the last count. A statement
 * that forgets the owner shows the sum, or the other's.
 */
const plans = {
  하늘: { records: 3, confirmed: 1, reviews: 1, failed: 2, quizzes: [2, 0], turns: [1, 2], browsers: 1, read: 2 },
  바다: { records: 1, confirmed: 0, reviews: 4, failed: 1, quizzes: [1, 3, 0], turns: [3], browsers: 2, read: 1 },
} as const
type Name = keyof typeof plans

/** A word in all texts of both; their names are in the texts of each alone. */
const shared = '공통낱말'

const upstream = await startUpstream(t, completion => {
  if (completion.body.response_format) completion.delta(quizJson(question(1), question(2))).finish()
  else if (JSON.stringify(completion.body.messages).includes('빈 답')) completion.finish()
  else completion.delta(asksForSummary(completion) ? `요약 ${namesIn(completion.body)}` : `답 ${shared}`).finish()
})
const solapi = await startSolapi(t)
const hook = await startReceiver(t, whoWantsThem(status(204)))
const conch = await startConch(t, {
  OPENAI_BASE_URL: upstream.baseUrl,
  OPERATOR_TOKEN: operatorToken,
  SUMMARY_CONCURRENCY: '2',
  WEBHOOKS: 'true',
  WEBHOOK_ALLOW_PRIVATE: 'true',
  WEB_PUSH_CONTACT: 'mailto:operator@example.org',
  SOLAPI_BASE_URL: solapi.url,
  SOLAPI_API_KEY: solapiAccount.apiKey,
  SOLAPI_API_SECRET: solapiAccount.apiSecret,
  SOLAPI_SENDER: solapiAccount.sender,
})

const owners = await Promise.all((Object.keys(plans) as Name[]).map(made))

for (const [index, owner] of owners.entries()) {
  const { name, plan, visitor, ids, talks, quizzes } = owner
  const other = owners[1 - index] as Owner
  const all = [...ids.records, ...ids.reviews, ...ids.failed, ...ids.quizzes, ...ids.turns]

  t.test(name, async t => {
    t.test('tasks, by kind and status', async t => {
      same(t, await listOf('/api/tasks'), all)
      same(t, await listOf('/api/tasks', 'kind=record'), ids.records)
      same(t, await listOf('/api/tasks', 'kind=review'), [...ids.reviews, ...ids.failed])
      same(t, await listOf('/api/tasks', 'status=failed'), ids.failed)
      same(t, await listOf('/api/tasks', 'status=completed&kind=quiz'), ids.quizzes)
    })

    t.test('records, reviews, quizzes and how they were taken', async t => {
      same(t, await listOf('/api/records', '', { saved: true }), ids.records)
      same(t, await listOf('/api/reviews', '', { saved: true }), ids.reviews)
      same(t, await listOf('/api/quizzes', '', { saved: true }), ids.quizzes)
      const tallies = (
        await pagesOf<{ id: string; attempts: number; bestScore: number | null }>(visitor, '/api/quizzes', 1)
      ).flat()
      for (const [id, taken] of quizzes) {
        t.match(
          tallies.find(quiz => quiz.id === id),
          { attempts: taken, bestScore: taken === 0 ? null : Math.min(taken, 2) },
        )
        t.equal((await visitor.json<QuizBody>('GET', `/api/quizzes/${id}`)).body.attempts.length, taken)
      }
    })

    t.test('conversations, their messages and summaries', async t => {
      same(
        t,
        await listOf('/api/conversations'),
        talks.map(({ id }) => id),
      )
      for (const [number, talk] of talks.entries()) {
        t.equal((await talk.view()).messages.length, 2 * (plan.turns[number] as number))
        t.match(await talk.summaryThat(({ pending }) => pending === 0), { text: `요약 ${name}` })
      }
    })

    t.test('the library: whole, filtered, searched', async t => {
      const library = new Library(visitor)
      const shown = [...ids.records, ...ids.reviews, ...ids.quizzes, ...talks.map(({ id }) => id)]
      await library.has(...shown)
      const idsOf = async (query: Record<string, string>) =>
        (await library.all({ ...query, limit: '2' })).map(({ id }) => id).filter(id => !ids.failed.includes(id))
      same(t, await idsOf({}), shown)
      same(t, await idsOf({ kind: 'record' }), ids.records)
      same(t, await idsOf({ kind: 'review' }), ids.reviews)
      same(t, await idsOf({ kind: 'quiz' }), ids.quizzes)
      same(
        t,
        await idsOf({ kind: 'conversation' }),
        talks.map(({ id }) => id),
      )
      same(t, await idsOf({ status: 'confirmed' }), ids.confirmed)
      same(
        t,
        await idsOf({ kind: 'record', status: 'completed' }),
        ids.records.filter(id => !ids.confirmed.includes(id)),
      )
      same(t, await idsOf({ from: '2020-01-01' }), shown)
      same(t, await idsOf({ to: '2020-01-01' }), [])
      same(t, await idsOf({ q: shared }), shown)
      same(t, await idsOf({ q: name, kind: 'review' }), ids.reviews)
      same(t, await idsOf({ q: other.name }), [])
      const sizes = (await library.all({ kind: 'conversation' })).map(({ sizes }) => sizes.count)
      same(
        t,
        sizes,
        plan.turns.map(turns => 2 * turns),
      )
    })

    t.test('notifications, how many are unread, and the stream of it', async t => {
      const expected = [...ids.records, ...ids.failed, ...ids.quizzes]
      same(
        t,
        (await pagesOf<{ taskId: string }>(visitor, '/api/notifications', 2)).flat().map(({ taskId }) => taskId),
        expected,
      )
      const { items, unread } = await listed(visitor)
      t.equal(unread, ids.records.length + ids.failed.length, 'the quizzes were fetched')
      t.equal(items.filter(({ readAt }) => readAt === null).length, unread)
      const watcher = await followOwner(visitor)
      const [newest] = items
      t.equal(unreadIn(watcher.transcript), unread)
      t.notMatch(JSON.stringify(items), other.name)

      const next = await visitor.submit('/api/quizzes', { topic: `새 퀴즈 ${name}`, questionCount: 2 })
      await watcher.until(transcript => unreadIn(transcript) === unread + 1)
      t.same(notifiedIn(watcher.transcript), [next])
      t.same([...statesIn(watcher.transcript).keys()], [next])
      const quiet = await followOwner(other.visitor)
      t.same([...statesIn(quiet.transcript).keys(), ...notifiedIn(quiet.transcript)], [])
      quiet.leave()
      await visitor.json('DELETE', `/api/quizzes/${next}`)
      watcher.leave()
      t.equal((await visitor.json('POST', `/api/notifications/${newest?.id}/read`)).status, 200)
      t.equal((await other.visitor.json('POST', `/api/notifications/${newest?.id}/read`)).status, 404)
    })

    t.test('the numbers of ended tasks', async t => {
      for (const [kind, tasks] of [
        ['record', ids.records.length],
        ['review', ids.reviews.length + ids.failed.length],
        ['turn', ids.turns.length],
      ] as const) {
        const report = await reportThat(visitor, kind, tasks)
        t.match(report, { kinds: [{ kind, tasks }], total: { tasks } })
        t.equal(report.total.ends.failed, kind === 'review' ? ids.failed.length : 0)
        t.equal(report.total.outputTokens, 2 * tasks)
      }
    })

    t.test('their settings: preferences, browsers, webhook and phone', async t => {
      const { body } = await visitor.json<{ preferences: Record<string, string[]> }>(
        'GET',
        '/api/notification-preferences',
      )
      t.same(body.preferences['review.generated'], index === 0 ? [] : ['sms'])
      const { items } = (await visitor.json<{ items: object[] }>('GET', '/api/push-subscriptions')).body
      t.equal(items.length, plan.browsers)
      const { webhook } = (await visitor.json<{ webhook: WebhookBody }>('GET', '/api/webhook')).body
      t.match(webhook, { url: `${hook.url}/${index}`, status: 'verified' })
      const { phone } = (await visitor.json<{ phone: object }>('GET', '/api/phone-number')).body
      t.match(phone, { number: `010-****-000${index}`, verified: true })
      const delivered = hook.received
        .filter(one => one.path === `/${index}`)
        .map(one => challengeIn(one) as { data?: { taskId: string } })
      for (const { data } of delivered) if (data) t.notOk(other.all().includes(data.taskId))
    })

    t.test("nothing of the other's is there", async t => {
      for (const path of other.paths()) {
        t.equal((await visitor.json('GET', path)).status, 404, `GET ${path}`)
        t.equal(
          (await visitor.json('DELETE', path.replace('/api/tasks', '/api/records'))).status,
          404,
          `DELETE ${path}`,
        )
      }
    })
  })

  /** Ids of a list, read one by one. `saved`: without those that were never saved. */
  async function listOf(path: string, query = '', { saved = false } = {}): Promise<string[]> {
    const found: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: string = `${path}?limit=1&${query}${cursor === '' ? '' : `&cursor=${cursor}`}`
      const { body } = await visitor.json<{ items: { id: string }[]; nextCursor: string | null }>('GET', page)
      found.push(...body.items.map(({ id }) => id))
      cursor = body.nextCursor
    }
    return saved ? found.filter(id => !ids.failed.includes(id)) : found
  }
}

t.test('operators see the sum, and of no owner which part is theirs', async t => {
  const { body } = await new Operator(conch.url).json<StatisticsReport>('GET', '/api/operations/statistics?kind=record')
  t.equal(body.total.tasks, plans.하늘.records + plans.바다.records)
})

type Owner = Awaited<ReturnType<typeof made>>

/** An owner with everything in the plan, once all of it exists. */
async function made(name: Name, index: number) {
  const plan = plans[name]
  const visitor = conch.visitor()
  const text = `${name} ${shared}`
  const written = async (count: number, path: string, body: object) => {
    const ids: string[] = []
    for (let made = 0; made < count; made++) ids.push(await visitor.submit(path, body))
    // By the list: getting a task would flag its notification as read.
    while ((await ended(visitor, ids)) < count);
    return ids
  }
  const talks: Talk[] = []
  const turns: string[] = []
  for (const messages of plan.turns) {
    const talk = await Talk.begin(visitor)
    for (let said = 0; said < messages; said++) turns.push(await talk.say(text))
    talks.push(talk)
  }
  const records = await written(plan.records, '/api/records', { category: 'club', observations: text, versions: 1 })
  const confirmed = records.slice(0, plan.confirmed)
  for (const id of confirmed)
    await visitor.json('PUT', `/api/records/${id}`, {
      ...{ output: 0, text: `확정 ${text} 토익`, despite: `까닭 ${text}` },
      confirmed: true,
    })
  const reviews = await written(plan.reviews, '/api/reviews', { body: text, type: 'FEELING' })
  const failed = await written(plan.failed, '/api/reviews', { body: `빈 답 ${name}`, type: 'FEELING' })
  const made = await written(plan.quizzes.length, '/api/quizzes', { topic: text, questionCount: 2 })
  const quizzes = new Map(made.map((id, number) => [id, plan.quizzes[number] as number]))
  // Right is 1, then 2: each time one more of them is answered rightly.
  for (const [id, taken] of quizzes)
    for (let time = 1; time <= taken; time++)
      await visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers: [1, time > 1 ? 2 : 0] })
  const ids = { records, confirmed, reviews, failed, quizzes: made, turns }

  const expected = records.length + failed.length + made.length
  while ((await listed(visitor)).items.length < expected);
  await verifiedWebhook(visitor, `${hook.url}/${index}`)
  const ecdh = createECDH('prime256v1')
  const keys = { p256dh: ecdh.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') }
  for (let browser = 0; browser < plan.browsers; browser++)
    await visitor.json('POST', '/api/push-subscriptions', { endpoint: `${hook.url}/push/${index}-${browser}`, keys })
  await visitor.json('PUT', '/api/phone-number', { number: `0101234000${index}`, language: 'ko' })
  const code = /\d{6}/.exec(String(solapi.messages().findLast(({ to }) => to === `0101234000${index}`)?.text))?.[0]
  await visitor.json('POST', '/api/phone-number/verification', { code })
  const { body } = await visitor.json<{ preferences: object }>('GET', '/api/notification-preferences')
  const preferences = { ...body.preferences, 'review.generated': index === 0 ? [] : ['sms'], 'quiz.ready': ['in-app'] }
  await visitor.json('PUT', '/api/notification-preferences', { preferences })

  const { items } = await listed(visitor)
  const ofQuizzes = items.filter(({ kind }) => kind === 'quiz.ready')
  for (const { id } of ofQuizzes.slice(0, plan.read)) await visitor.json('POST', `/api/notifications/${id}/read`)
  return {
    ...{ name, plan, visitor, ids, talks, quizzes },
    all: () => Object.values(ids).flat(),
    paths: () => [
      ...[...records, ...failed].map(id => `/api/tasks/${id}`),
      ...records.map(id => `/api/records/${id}`),
      ...reviews.map(id => `/api/reviews/${id}`),
      ...made.map(id => `/api/quizzes/${id}`),
      ...talks.map(({ path }) => path),
    ],
  }
}

async function ended(visitor: Visitor, ids: readonly string[]): Promise<number> {
  const path = '/api/tasks?limit=100&status=completed,failed'
  const { body } = await visitor.json<{ items: { id: string }[] }>('GET', path)
  return body.items.filter(({ id }) => ids.includes(id)).length
}

function namesIn(body: object): string {
  return Object.keys(plans)
    .filter(name => JSON.stringify(body).includes(name))
    .join('와 ')
}

/** In any order. */
function same<Item>(t: Test, found: readonly Item[], wanted: readonly Item[]): void {
  t.same([...found].sort(), [...wanted].sort())
}

/** The report on one kind, once it counts as many tasks: figures come a moment after the task. */
async function reportThat(visitor: Visitor, kind: string, tasks: number): Promise<StatisticsReport> {
  for (;;) {
    const { body } = await visitor.json<StatisticsReport>('GET', `/api/statistics?kind=${kind}`)
    if (body.total.tasks >= tasks) return body
    await new Promise(resolve => setImmediate(resolve))
  }
}
