import t, { type Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { briefly } from '../support/briefly.ts'
import { startConch } from '../support/conch.ts'
import { Operator, operatorToken } from '../support/operator.ts'
import { asksForSummary, Talk } from '../support/talk.ts'
import { startUpstream } from '../support/upstream.ts'

const path = '/api/operations/failed-events'
const words = '남의 일기에 있던 말'

interface FailedEventView {
  id: string
  handler: string
  event: { name: string; data: Record<string, unknown> }
  attempts: number
  error: string
  firstFailedAt: string
  lastFailedAt: string
  status: string
  settledAt: string | null
  reason: string | null
}

interface Page {
  items: FailedEventView[]
  nextCursor: string | null
}

t.test('an operator finds the summary that the model refused, redrives it, and it is there', async t => {
  const { talk, operator, refuse, failedEvents, metric } = await begin(t)
  t.equal(await metric(), 0)
  const taskId = await talk.say(words)
  const [failed] = await failedEvents(1)
  t.match(failed, {
    handler: 'conversation-summary',
    event: { name: 'turn.completed', data: { taskId, conversationId: talk.id, attempt: 1 } },
    attempts: 1,
    error: 'SUMMARY_REFUSED',
    status: 'open',
    settledAt: null,
    reason: null,
  })
  t.equal(failed?.lastFailedAt, failed?.firstFailedAt)
  t.equal(await metric(), 1)
  t.equal((await talk.summary()).pending, 1)

  refuse(false)
  const redriven = await operator.json<FailedEventView>('POST', `${path}/${failed?.id}/redrive`)
  t.match(redriven, { status: 200, body: { id: failed?.id, status: 'redriven', settledAt: /^20.*Z$/ } })
  t.match(await talk.summaryThat(({ pending }) => pending === 0), { text: '요약', messageId: taskId })
  t.same(await failedEvents(0), [])
  t.equal(await metric(), 0)
  t.match(await operator.json('POST', `${path}/${failed?.id}/redrive`), {
    status: 409,
    body: { code: 'failed-event-settled', eventStatus: 'redriven' },
  })
  t.match(await operator.json('POST', `${path}/${failed?.id}/discard`, { reason: 'too late' }), { status: 409 })
})

t.test('an event that fails again is open again, as the same failed event', async t => {
  const { talk, operator, failedEvents } = await begin(t)
  await talk.say(words)
  const [failed] = await failedEvents(1)
  await operator.json('POST', `${path}/${failed?.id}/redrive`)
  for (;;) {
    const { body } = await operator.json<FailedEventView>('GET', `${path}/${failed?.id}`)
    if (body.status === 'redriven') continue
    t.match(body, { status: 'open', attempts: 2, firstFailedAt: failed?.firstFailedAt, settledAt: null })
    break
  }
  t.equal((await operator.json<Page>('GET', path)).body.items.length, 1)
})

t.test('many failed events are listed page by page, counted and redriven together; one is discarded', async t => {
  const { talk, visitor, operator, refuse, failedEvents, metric, log } = await begin(t)
  const talks = [talk, await Talk.begin(visitor), await Talk.begin(visitor)]
  for (const [index, each] of talks.entries()) {
    await each.say(words)
    await failedEvents(index + 1)
  }
  const pages: Page[] = []
  for (let cursor: string | null | undefined; cursor !== null; cursor = pages.at(-1)?.nextCursor) {
    const query = `?limit=2&handler=conversation-summary&event=turn.completed${cursor ? `&cursor=${cursor}` : ''}`
    pages.push((await operator.json<Page>('GET', path + query)).body)
  }
  t.same(
    pages.map(({ items }) => items.map(({ event }) => event.data.conversationId)),
    [[talks[2]?.id, talks[1]?.id], [talks[0]?.id]],
  )
  t.same((await operator.json<Page>('GET', `${path}?handler=other`)).body, { items: [], nextCursor: null })
  t.same((await operator.json<Page>('GET', `${path}?event=quiz.ready`)).body.items, [])

  const [last] = pages[0]?.items ?? []
  const discarded = await operator.json('POST', `${path}/${last?.id}/discard`, { reason: ' summed up \0by hand ' })
  t.match(discarded, { status: 200, body: { status: 'discarded', reason: 'summed up \uFFFDby hand' } })
  t.same((await operator.json<Page>('GET', `${path}?status=discarded`)).body.items, [discarded.body])
  t.match(await operator.json('POST', `${path}/${last?.id}/redrive`), {
    status: 409,
    body: { eventStatus: 'discarded' },
  })

  refuse(false)
  const every = pages.flatMap(({ items }) => items.map(({ id }) => id))
  const wanted = { ids: every, handler: 'conversation-summary' }
  t.same((await operator.json('POST', `${path}/redrive`, { ...wanted, preview: true })).body, {
    count: 2,
    withoutHandler: 0,
  })
  t.equal(await metric(), 2, 'a preview does nothing')
  t.same((await operator.json('POST', `${path}/redrive`, wanted)).body, { count: 2, withoutHandler: 0 })
  for (const each of talks.slice(0, 2)) await each.summaryThat(({ pending }) => pending === 0)
  t.equal((await talks[2]?.summary())?.pending, 1)
  t.same((await operator.json('POST', `${path}/redrive`, {})).body, { count: 0, withoutHandler: 0 })

  const kept = JSON.stringify([pages, (await operator.json('GET', path)).body])
  for (const text of [kept, log.join('')]) t.notMatch(text, new RegExp(`${words}|싫어요`))
  t.equal(log.filter(line => line.includes('kept with the failed events')).length, 3)
})

t.test('an invalid request and a missing event get a problem each', async t => {
  const { operator } = await begin(t)
  const none = uuidv7()
  for (const [method, address, body, status, code] of [
    ['GET', '?status=lost', undefined, 400, 'invalid-request'],
    ['GET', '?handler=%00', undefined, 400, 'invalid-request'],
    ['GET', '?event=a%20b', undefined, 400, 'invalid-request'],
    ['GET', '?limit=0', undefined, 400, 'invalid-request'],
    ['GET', '?cursor=here', undefined, 400, 'invalid-cursor'],
    ['GET', '/here', undefined, 404, 'failed-event-not-found'],
    ['GET', `/${none}`, undefined, 404, 'failed-event-not-found'],
    ['POST', `/${none}/redrive`, undefined, 404, 'failed-event-not-found'],
    ['POST', '/here/redrive', undefined, 404, 'failed-event-not-found'],
    ['POST', `/${none}/discard`, { reason: 'why' }, 404, 'failed-event-not-found'],
    ['POST', '/here/discard', { reason: 'why' }, 404, 'failed-event-not-found'],
    ['POST', `/${none}/discard`, { reason: ' ' }, 400, 'invalid-request'],
    ['POST', `/${none}/discard`, { reason: 'x'.repeat(501) }, 400, 'invalid-request'],
    ['POST', `/${none}/discard`, {}, 400, 'invalid-request'],
    ['POST', '/redrive', { ids: none }, 400, 'invalid-request'],
    ['POST', '/redrive', { ids: Array(1001).fill(none) }, 400, 'invalid-request'],
    ['POST', '/redrive', { preview: 'true' }, 400, 'invalid-request'],
    ['POST', '/redrive', { all: true }, 400, 'invalid-request'],
    ['POST', '/redrive', undefined, 400, 'invalid-request'],
    ['POST', '/redrive', { handler: 'gone' }, 409, 'unknown-handler'],
    ['POST', '/redrive', { handler: 'gone', preview: true }, 409, 'unknown-handler'],
  ] as const) {
    const answer = await operator.json(method, path + address, body)
    t.match(answer, { status, body: { status, code } }, `${method} ${address} ${JSON.stringify(body)?.slice(0, 60)}`)
    t.match(answer.headers.get('content-type'), /^application\/problem\+json/)
  }
  t.same((await operator.json('POST', `${path}/redrive`, { ids: ['here', none] })).body, {
    count: 0,
    withoutHandler: 0,
  })
})

t.test('only operators are let in', async t => {
  const { conch } = await begin(t)
  const id = uuidv7()
  for (const token of [undefined, 'x'.repeat(44)]) {
    const stranger = new Operator(conch.url, { token })
    for (const [method, address, body] of [
      ['GET', '', undefined],
      ['GET', `/${id}`, undefined],
      ['POST', '/redrive', {}],
      ['POST', `/${id}/redrive`, undefined],
      ['POST', `/${id}/discard`, { reason: 'why' }],
    ] as const) {
      const answer = await stranger.json(method, path + address, body)
      t.match(answer, { status: 401, body: { code: 'operators-only' } }, `${method} ${address}`)
      t.equal(answer.headers.get('www-authenticate'), 'Bearer')
    }
  }
})

/** A Conch whose model refuses summaries until the test allows them. */
async function begin(t: Test) {
  let refusing = true
  const upstream = await startUpstream(t, completion => {
    if (!asksForSummary(completion)) return completion.delta('답').finish()
    if (!refusing) return completion.delta('요약').finish()
    completion.frame({ id: 'c', choices: [{ index: 0, delta: { refusal: '싫어요' }, finish_reason: null }] })
    completion.finish()
  })
  const log: string[] = []
  const conch = await startConch(
    t,
    { OPENAI_BASE_URL: upstream.baseUrl, OPERATOR_TOKEN: operatorToken, LOG_LEVEL: 'trace' },
    { logDestination: { write: line => void log.push(line) } },
  )
  const visitor = conch.visitor()
  const operator = new Operator(conch.url)
  return {
    conch,
    visitor,
    operator,
    log,
    talk: await Talk.begin(visitor),
    refuse(yes: boolean) {
      refusing = yes
    },
    /** The open ones, once there are this many. */
    async failedEvents(count: number): Promise<FailedEventView[]> {
      for (;;) {
        const { items } = (await operator.json<Page>('GET', `${path}?status=open`)).body
        if (items.length === count) return items
        await briefly()
      }
    },
    async metric(): Promise<number> {
      const text = await (await fetch(`${conch.url}/metrics`)).text()
      return Number(/^conch_failed_events\{handler="conversation-summary"\} (\d+)$/m.exec(text)?.[1])
    },
  }
}
