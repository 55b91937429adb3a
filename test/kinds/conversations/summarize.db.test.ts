import t, { type Test } from 'tap'
import type { Dependencies } from '../../../src/app/build-app.ts'
import { briefly } from '../../support/briefly.ts'
import { startConch } from '../../support/conch.ts'
import { InlineEvents } from '../../support/inline-events.ts'
import { asksForSummary, lastMessage, Talk } from '../../support/talk.ts'
import { type Script, startUpstream, type UpstreamCompletion } from '../../support/upstream.ts'

t.test('after a turn its summary is made of the one before and the messages since', async t => {
  const { talk, upstream } = await begin(t, completion => {
    if (!asksForSummary(completion)) completion.delta(`답: ${lastMessage(completion)}`).finish()
    else completion.delta(`요약 ${summaryRequests(upstream.completions).length}`).finish()
  })
  const first = await talk.say('하나')
  const one = await talk.summaryThat(({ pending }) => pending === 0)
  t.match(one, { text: '요약 1', messageId: first, createdAt: /^20.*Z$/ })
  const second = await talk.say('둘')
  t.match(await talk.summaryThat(({ pending }) => pending === 0), { text: '요약 2', messageId: second })
  const [askedFirst, askedSecond] = summaryRequests(upstream.completions).map(lastMessage)
  t.match(askedFirst, /하나.*답: 하나/s)
  t.match(askedSecond, /이전 요약.*요약 1.*둘.*답: 둘/s)
  t.notMatch(askedSecond, /하나/, 'what is in the summary is not repeated')
})

t.test('a request with the ETag of the same summary gets 304', async t => {
  const { talk, visitor } = await begin(t, echo)
  const path = `${talk.path}/summary`
  const ask = async (tag: string) => (await visitor.fetch(path, { headers: { 'if-none-match': tag } })).status
  const tag = async () => (await visitor.fetch(path)).headers.get('etag') ?? ''
  const empty = await tag()
  t.equal(await ask(empty), 304)
  await talk.say('하나')
  await talk.summaryThat(({ text }) => text !== null)
  t.equal(await ask(empty), 200)
  t.equal(await ask(await tag()), 304)
})

t.test('a conversation without a reply has no summary', async t => {
  const { talk } = await begin(t, completion => completion.finish())
  t.same(await talk.summary(), { text: null, messageId: null, createdAt: null, pending: 0 })
  await talk.say('답 없는 말')
  t.same(await talk.summary(), { text: null, messageId: null, createdAt: null, pending: 0 })
})

t.test('a summary is in the next prompts, and never delays a reply', async t => {
  const summaries: UpstreamCompletion[] = []
  const { talk, upstream, visitor } = await begin(t, completion => {
    if (asksForSummary(completion)) summaries.push(completion)
    else completion.delta('답').finish()
  })
  await talk.say('하나')
  const second = await talk.say('둘')
  t.equal((await visitor.task(second)).status, 'completed', 'although no summary was ever written')
  t.equal((await talk.summary()).pending, 2)
  summaries[0]?.delta('민수라는 사람').finish()
  await talk.summaryThat(({ pending }) => pending === 1)
  await talk.say('셋')
  const asked = upstream.completions.findLast(completion => lastMessage(completion) === '셋')
  t.match(asked?.system, /지금까지의 대화 요약.*민수라는 사람/s)
})

t.test('turns that do not fit into the budget are left to the summary', async t => {
  const { talk, upstream } = await begin(t, echo, { CONTEXT_TOKENS: '40' })
  await talk.say('가'.repeat(200))
  await talk.summaryThat(({ pending }) => pending === 0)
  await talk.say('짧은 말')
  await talk.say('마지막 말')
  const asked = upstream.completions.findLast(completion => lastMessage(completion) === '마지막 말')
  t.same(
    asked?.body.messages.slice(1).map(({ content }) => content),
    ['짧은 말', '답', '마지막 말'],
  )
  t.match(asked?.system, /요약/)
})

t.test('a regenerated reply gets another summary, and the old one no longer counts', async t => {
  const { talk, visitor, upstream } = await begin(t, completion => {
    if (asksForSummary(completion))
      completion.delta(`요약: ${lastMessage(completion).includes('새 답') ? '새' : '옛'}`).finish()
    else completion.delta('옛 답').finish()
  })
  const id = await talk.say('하나')
  t.match(await talk.summaryThat(({ pending }) => pending === 0), { text: '요약: 옛' })
  const { promise, resolve } = Promise.withResolvers<void>()
  upstream.answer(async completion => {
    if (!asksForSummary(completion)) await promise
    completion.delta(asksForSummary(completion) ? '요약: 새' : '새 답').finish()
  })
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  t.match(await talk.summary(), { text: null, pending: 0 })
  resolve()
  await visitor.finished(id)
  t.match(await talk.summaryThat(({ pending, text }) => pending === 0 && text !== null), {
    text: '요약: 새',
    messageId: id,
  })
})

t.test('a summary of a reply that is being written again meanwhile is discarded', async t => {
  const late: UpstreamCompletion[] = []
  const { talk, visitor, upstream } = await begin(t, completion => {
    if (asksForSummary(completion)) late.push(completion)
    else completion.delta('옛 답').finish()
  })
  const id = await talk.say('하나')
  await upstream.requested(2)
  upstream.answer(completion => completion.delta(asksForSummary(completion) ? '새 요약' : '새 답').finish())
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  await visitor.finished(id)
  late[0]?.delta('옛 요약').finish()
  t.match(await talk.summaryThat(({ text }) => text !== null), { text: '새 요약' })
})

t.test('a conversation whose last turns are replaced goes back to the summary before them', async t => {
  const { talk, upstream } = await begin(t, completion => {
    if (asksForSummary(completion)) completion.delta(`요약 ${summaryRequests(upstream.completions).length}`).finish()
    else completion.delta('답').finish()
  })
  await talk.say('하나')
  await talk.summaryThat(({ pending }) => pending === 0)
  const second = await talk.say('둘')
  await talk.summaryThat(({ text }) => text === '요약 2')
  const { promise, resolve } = Promise.withResolvers<void>()
  upstream.answer(async completion => {
    if (!asksForSummary(completion)) await promise
    completion.delta('새').finish()
  })
  await talk.send('둘, 고쳐서', '', { replaces: second })
  t.match(await talk.summary(), { text: '요약 1', pending: 0 })
  resolve()
  await talk.summaryThat(({ text }) => text === '새')
})

t.test('a failed summary touches nothing, is retried, and the ones after it follow in order', async t => {
  let refusals = 0
  const asked: string[] = []
  const { talk } = await begin(t, completion => {
    if (!asksForSummary(completion)) return completion.delta(`답 ${lastMessage(completion)}`).finish()
    if (refusals++ === 0) return completion.response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    asked.push(lastMessage(completion))
    completion.delta(`요약 ${asked.length}`).finish()
  })
  await talk.say('하나')
  await talk.say('둘')
  await talk.say('셋')
  t.equal((await talk.view()).messages.filter(({ status }) => status === 'completed').length, 3)
  t.match(await talk.summaryThat(({ pending }) => pending === 0), { text: '요약 3' })
  t.same(
    asked.map(text => ['답 하나', '답 둘', '답 셋'].filter(reply => text.includes(reply)).join()),
    ['답 하나', '답 둘', '답 셋'],
  )
})

t.test('a summary that the model refuses goes to the failed events, and the next one makes up for it', async t => {
  const { talk, upstream } = await begin(t, completion => {
    if (!asksForSummary(completion)) return completion.delta(`답 ${lastMessage(completion)}`).finish()
    completion.frame({ id: 'c', choices: [{ index: 0, delta: { refusal: '싫어요' }, finish_reason: null }] })
    completion.finish()
  })
  await talk.say('하나')
  while (summaryRequests(upstream.completions).length === 0) await briefly()
  t.match(await talk.summary(), { text: null, pending: 1 })
  upstream.answer(echo)
  await talk.say('둘')
  t.match(await talk.summaryThat(({ pending }) => pending === 0), { text: '요약' })
  t.match(summaryRequests(upstream.completions).map(lastMessage).at(-1), /답 하나.*둘/s)
})

t.test('no more summaries are written at once than allowed', async t => {
  const waiting: UpstreamCompletion[] = []
  const { visitor, upstream } = await begin(
    t,
    completion => {
      if (asksForSummary(completion)) waiting.push(completion)
      else completion.delta('답').finish()
    },
    { SUMMARY_CONCURRENCY: '2' },
  )
  const talks = await Promise.all(Array.from({ length: 5 }, () => Talk.begin(visitor)))
  await Promise.all(talks.map(talk => talk.say('하나')))
  await upstream.requested(7)
  t.equal(waiting.length, 2)
  for (let done = 0; done < 5; done++) {
    while (waiting.length === 0) await briefly()
    t.ok(waiting.length <= 2)
    waiting.shift()?.delta('요약').finish()
  }
  for (const talk of talks) t.equal((await talk.summaryThat(({ pending }) => pending === 0)).text, '요약')
})

t.test('with events handled inline, the summary is there with the end of the turn', async t => {
  const { talk } = await begin(t, echo, {}, { openEvents: handlers => new InlineEvents(handlers) })
  const id = await talk.say('하나')
  t.match(await talk.summary(), { text: '요약', messageId: id, pending: 0 })
})

const echo: Script = completion => completion.delta(asksForSummary(completion) ? '요약' : '답').finish()

async function begin(t: Test, script: Script, env: Record<string, string> = {}, dependencies: Dependencies = {}) {
  const upstream = await startUpstream(t, script)
  const conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl, ...env }, dependencies)
  const visitor = conch.visitor()
  return { conch, upstream, visitor, talk: await Talk.begin(visitor) }
}

function summaryRequests(completions: readonly UpstreamCompletion[]): UpstreamCompletion[] {
  return completions.filter(asksForSummary)
}
