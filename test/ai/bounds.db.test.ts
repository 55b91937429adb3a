import t from 'tap'
import { neisBytes } from '../../src/kinds/records/bytes.ts'
import { anyRecord } from '../support/any-record.ts'
import { startConch } from '../support/conch.ts'
import { question } from '../support/quiz.ts'
import { asksForSummary, Talk } from '../support/talk.ts'
import { type Script, startUpstream } from '../support/upstream.ts'
import type { Visitor } from '../support/visitor.ts'

const diary = { body: '발표를 망쳤다.', type: 'THINKING' }

let conch: Awaited<ReturnType<typeof startConch>>
let upstream: Awaited<ReturnType<typeof startUpstream>>
t.before(async () => {
  upstream = await startUpstream(t)
  conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
})

const kinds: [string, (visitor: Visitor) => Promise<string>][] = [
  ['review', visitor => visitor.submit('/api/reviews', diary)],
  ['turn', async visitor => (await Talk.begin(visitor)).send('길게 써 줘')],
]

for (const [kind, submit] of kinds) {
  t.test(`${kind}: 8,000 characters fit, 400,000 do not; then its connection is closed`, async t => {
    const fitting = '가나다라 '.repeat(1_600)
    const visitor = begin(completion => completion.delta(fitting).finish())
    const whole = await submit(visitor)
    t.equal((await visitor.finished(whole)).text(0), fitting)
    t.match(await visitor.task(whole), { status: 'completed' })

    const piece = '가나다라 '.repeat(200)
    upstream.reset(completion => {
      if (asksForSummary(completion)) return completion.delta('요약').finish()
      for (let count = 0; count < 400; count++) completion.delta(piece)
    })
    const endless = await submit(visitor)
    const seen = await visitor.finished(endless)
    await written()[0]?.abandoned
    t.match(seen.chunks.at(-1), { type: 'finish', finishReason: 'length' })
    const { status, outputs } = await visitor.task(endless)
    t.match({ status, output: outputs[0] }, { status: 'incomplete', output: { finishReason: 'length' } })
    t.equal(seen.text(0), outputs[0]?.text)
    const { length } = seen.text(0)
    t.ok(length >= 8_000 && length < 100_000, `${length} characters`)
    t.ok(piece.repeat(400).startsWith(seen.text(0)))
    t.ok((outputs[0]?.usage?.outputTokens ?? 0) > 1_000, 'and what it cost is estimated')
  })
}

t.test('record: four times the smaller of target and limit in NEIS bytes, in one piece or many', async t => {
  for (const [targetBytes, bound] of [
    [undefined, 6_000],
    [500, 2_000],
  ]) {
    for (const split of [1, 69]) {
      const text = '학생은 '.repeat(69_000 / 4 / split)
      const visitor = begin(completion => void completion.delta(...Array.from({ length: split }, () => text)))
      const id = await visitor.record({ ...anyRecord, versions: 1, targetBytes })
      const seen = await visitor.finished(id)
      await written()[0]?.abandoned
      t.match(await visitor.task(id), { status: 'incomplete', outputs: [{ finishReason: 'length' }] })
      const bytes = neisBytes(seen.text(0))
      t.ok(bytes <= (bound ?? 0) && bytes > (bound ?? 0) - 3, `${bytes} of ${bound}`)
    }
  }
})

t.test('record: the thinking of a model does not count', async t => {
  const text = '학생은 발표를 성실히 준비함. '.repeat(30)
  const visitor = begin(completion =>
    completion.delta('<think>', ...Array.from({ length: 40 }, () => '긴 생각 '.repeat(100)), '</think>', text).finish(),
  )
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  t.equal((await visitor.finished(id)).text(0), text)
  t.match(await visitor.task(id), { status: 'completed' })
})

t.test(
  'quiz: the longest valid quiz fits; an answer that never ends is cut, asked for again, and the task ends',
  async t => {
    const long = (number: number) => ({
      ...question(number, 6),
      question: `${number}${'문'.repeat(495)}`,
      choices: Array.from({ length: 6 }, (_, index) => `${index}${'답'.repeat(199)}`),
      explanation: '풀'.repeat(1_000),
    })
    const all = Array.from({ length: 20 }, (_, number) => long(number))
    const visitor = begin(completion => completion.delta(JSON.stringify({ questions: all }, null, 2)).finish())
    const whole = await visitor.submit('/api/quizzes', { topic: '수도', questionCount: 20, choices: 6 })
    await visitor.finished(whole)
    t.match(await visitor.task(whole), { status: 'completed' })

    upstream.reset(completion => {
      for (let count = 0; count < 400; count++) completion.delta('가나다라 '.repeat(200))
    })
    const endless = await visitor.submit('/api/quizzes', { topic: '수도', questionCount: 1 })
    await visitor.finished(endless)
    await Promise.all(written().map(({ abandoned }) => abandoned))
    t.equal(written().length, 3)
    t.match(await visitor.task(endless), { status: 'failed', outputs: [{ text: '' }] })
  },
)

t.test('summary: a summary that never ends is cut, its connection closed', async t => {
  const visitor = begin(completion => {
    if (!asksForSummary(completion)) return completion.delta('답').finish()
    for (let count = 0; count < 400; count++) completion.delta('가나다라 '.repeat(200))
  })
  const talk = await Talk.begin(visitor)
  await talk.say('하나')
  const { text } = await talk.summaryThat(({ pending }) => pending === 0)
  await upstream.completions.find(asksForSummary)?.abandoned
  t.ok((text?.length ?? 0) > 1_000 && (text?.length ?? 0) <= 4_000)
})

/** What was asked for but summaries: that of a talk in an earlier test may come in any of them. */
function written() {
  return upstream.completions.filter(completion => !asksForSummary(completion))
}

function begin(script: Script) {
  upstream.reset(script)
  return conch.visitor()
}
