import t from 'tap'
import type { Completion } from '../../../src/ai/completion.ts'
import { type QuizPrompts, writeQuiz } from '../../../src/kinds/quizzes/write.ts'
import type { KindChunk, OutputContext } from '../../../src/tasks/kind.ts'
import type { Usage } from '../../../src/tasks/task.ts'

const input = { topic: '수도', material: '자료', questionCount: 3, difficulty: 'hard', choices: 2 } as const
const done: Completion = { outcome: 'completed' }
const prompts: QuizPrompts = {
  quizPrompt: request => [{ role: 'user', content: JSON.stringify(request) }],
  quizFormat: schema => ({ name: 'quiz', schema }),
}

t.test('each question is appended as soon as it is complete, without answer and explanation', async t => {
  const text = JSON.stringify({ questions: [question(1), question(2), question(3)] })
  const seen: number[] = []
  const { written, chunks } = await write([{ completion: done, deltas: text.split('') }], {
    onDelta: (delta, chunks) => delta === '}' && seen.push(chunks.length),
  })
  t.same(
    chunks,
    [1, 2, 3].map((number, index) => ({
      type: 'data-question',
      id: `question-${index}`,
      data: { index, question: `질문 ${number}?`, choices: ['가', '나'] },
    })),
  )
  t.same(seen, [1, 2, 3, 3])
  t.notMatch(JSON.stringify(chunks), /answer|explanation|설명/)
  t.match(written, { status: 'completed', finishReason: 'stop', result: { questions: questions(1, 2, 3) } })
  t.notOk(written.error)
})

t.test('the prompt asks for the number of questions and choices, in the format', async t => {
  const { asked } = await write([{ completion: done, questions: [1, 2, 3] }])
  t.same(asked, [{ ...input, format: { questionCount: 3, choices: 2 } }])
})

t.test('a repair asks for the missing questions, and lists the existing ones', async t => {
  const { written, asked, chunks } = await write([
    { completion: done, questions: [1] },
    { completion: done, questions: [1, 2] },
    { completion: done, questions: [3] },
  ])
  t.same(asked, [
    { ...input, format: { questionCount: 3, choices: 2 } },
    { ...input, questionCount: 2, have: ['질문 1?'], format: { questionCount: 2, choices: 2 } },
    { ...input, questionCount: 1, have: ['질문 1?', '질문 2?'], format: { questionCount: 1, choices: 2 } },
  ])
  t.same(
    chunks.map(({ id }) => id),
    ['question-0', 'question-1', 'question-2'],
  )
  t.match(written, { status: 'completed', result: { questions: questions(1, 2, 3) } })
  t.notOk(written.error)
})

t.test('an invalid question is left out and asked for again', async t => {
  const { written, asked } = await write([
    { completion: done, deltas: [JSON.stringify([{ ...question(1), answer: 2 }, question(2), question(3)])] },
    { completion: done, questions: [4] },
  ])
  t.match(asked[1], { questionCount: 1, have: ['질문 2?', '질문 3?'] })
  t.match(written, { status: 'completed', result: { questions: questions(2, 3, 4) } })
})

t.test('after two repairs a quiz is incomplete with the questions it has', async t => {
  const one = { completion: done, questions: [1] }
  const { written, asked } = await write([one, one, { completion: done, questions: [2] }, one])
  t.equal(asked.length, 3)
  t.match(written, {
    status: 'incomplete',
    error: { code: 'invalid', detail: 'The model wrote 2 of 3 questions that can be used.' },
    result: { questions: questions(1, 2) },
  })
  t.equal(written.finishReason, undefined)
})

t.test('a quiz without any question has failed and has no result', async t => {
  const prose = { completion: done, deltas: ['죄송하지만 ', '만들 수 없습니다.'] }
  const { written, chunks } = await write([prose, prose, prose])
  t.match(written, {
    status: 'failed',
    error: { code: 'invalid', detail: 'The model wrote 0 of 3 questions that can be used.' },
  })
  t.notOk('result' in written)
  t.same(chunks, [])
  const empty = { completion: done, deltas: [] }
  t.match((await write([empty, empty, empty])).written, { status: 'failed', error: { code: 'empty' } })
})

t.test('questions beyond the number are ignored', async t => {
  const { written, asked, chunks } = await write([{ completion: done, questions: [1, 2, 3, 4, 5] }])
  t.equal(asked.length, 1)
  t.equal(chunks.length, 3)
  t.match(written, { status: 'completed', result: { questions: questions(1, 2, 3) } })
})

t.test('a repair that brings nothing does not hide the earlier questions', async t => {
  for (const completion of [done, { outcome: 'length' }] satisfies Completion[]) {
    const nothing = { completion, deltas: [] }
    t.match((await write([{ completion: done, questions: [1] }, nothing, nothing])).written, {
      status: 'incomplete',
      error: { code: 'invalid', detail: 'The model wrote 1 of 3 questions that can be used.' },
    })
  }
})

const detail = 'it went wrong'
const cut: Completion[] = [
  { outcome: 'length' },
  { outcome: 'truncated', reason: 'cut', detail },
  { outcome: 'stalled', reason: 'idle', detail },
  { outcome: 'broken', reason: 'error-in-stream', detail },
  { outcome: 'other', detail },
]
for (const completion of cut) {
  const { outcome } = completion
  t.test(`${outcome}: a repair asks for the rest`, async t => {
    const half = { completion, deltas: [JSON.stringify([question(1), question(2)]).slice(0, -9)] }
    const { written, asked } = await write([half, { completion: done, questions: [2, 3] }])
    t.match(asked[1], { questionCount: 2, have: ['질문 1?'] })
    t.match(written, { status: 'completed', finishReason: 'stop', result: { questions: questions(1, 2, 3) } })
    t.notOk(written.error)
  })

  t.test(`${outcome} to the end: incomplete or failed, and why`, async t => {
    const error =
      outcome === 'length'
        ? { code: 'invalid', detail: /of 3 questions that can be used/ }
        : { code: outcome, detail: 'It went wrong.' }
    const half = { completion, deltas: [JSON.stringify([question(1), question(2)]).slice(0, -9)] }
    const some = await write([half, half, half])
    t.equal(some.asked.length, 3)
    t.match(some.written, { status: 'incomplete', error, result: { questions: questions(1) } })
    const none = { completion, deltas: ['{"questions":[{"question":"질'] }
    t.match((await write([none, none, none])).written, { status: 'failed', error })
  })

  t.test(`${outcome} after the last question: all are there`, async t => {
    const { written, asked } = await write([{ completion, questions: [1, 2, 3] }])
    t.equal(asked.length, 1)
    t.match(written, { status: 'completed', finishReason: 'stop' })
    t.notOk(written.error)
  })
}

t.test('a limit that was reached is reported as the finish reason', async t => {
  const half = { completion: { outcome: 'length' } as const, questions: [1] }
  t.match((await write([half, half, half])).written, { status: 'incomplete', finishReason: 'length' })
  const nothing = { completion: { outcome: 'length' } as const, deltas: [] }
  t.match((await write([nothing, nothing, nothing])).written, { status: 'failed', error: { code: 'length' } })
})

const final: [Completion, object][] = [
  [
    { outcome: 'refused', words: 'I cannot.' },
    { code: 'refused', detail: 'I cannot.' },
  ],
  [
    { outcome: 'rejected', status: 400, detail },
    { code: 'rejected', detail: 'It went wrong.' },
  ],
  [
    { outcome: 'unavailable', reason: 'server-error', detail },
    { code: 'unavailable', detail: 'It went wrong.' },
  ],
]
for (const [completion, error] of final) {
  t.test(`${completion.outcome}: the quiz ends without another attempt`, async t => {
    const first = await write([{ completion, deltas: [] }])
    t.equal(first.asked.length, 1)
    t.match(first.written, { status: 'failed', error })
    t.notOk('result' in first.written)
    const repair = await write([
      { completion: done, questions: [1] },
      { completion, deltas: [] },
    ])
    t.equal(repair.asked.length, 2)
    t.match(repair.written, { status: 'incomplete', error, result: { questions: questions(1) } })
  })
}

t.test('a content filter ends the quiz, and is the finish reason', async t => {
  const completion = { outcome: 'content-filter' } as const
  const { written, asked } = await write([{ completion, questions: [1] }])
  t.equal(asked.length, 1)
  t.match(written, { status: 'incomplete', finishReason: 'content-filter', error: { code: 'invalid' } })
  const none = await write([{ completion, deltas: [] }])
  t.match(none.written, { status: 'failed', error: { code: 'content-filter' } })
})

t.test('an aborted quiz is cancelled, and keeps its valid questions', async t => {
  const aborted: Completion = { outcome: 'aborted' }
  const { written, asked } = await write([{ completion: aborted, questions: [1, 2] }])
  t.equal(asked.length, 1)
  t.match(written, { status: 'cancelled', result: { questions: questions(1, 2) } })
  t.notOk(written.error)
  const repair = await write([
    { completion: { outcome: 'length' }, questions: [1] },
    { completion: aborted, deltas: [] },
  ])
  t.match(repair.written, { status: 'cancelled', result: { questions: questions(1) } })
  const nothing = await write([{ completion: aborted, deltas: [] }])
  t.equal(nothing.written.status, 'cancelled')
  t.notOk('result' in nothing.written)
})

t.test('drafts of a model that reasoned are withdrawn, and only those of this answer', async t => {
  const json = (...numbers: number[]) => JSON.stringify({ questions: numbers.map(question) })
  const { written, asked, chunks } = await write([
    { completion: done, questions: [1] },
    { completion: done, deltas: [json(2, 3)], voided: ['음 ', json(4, 5)] },
  ])
  t.match(asked[1], { questionCount: 2, have: ['질문 1?'] })
  t.same(
    chunks.map(({ id, data }) => [id, (data as { withdrawn?: true }).withdrawn]),
    [
      ['question-0', undefined],
      ['question-1', undefined],
      ['question-2', undefined],
      ['question-1', true],
      ['question-2', true],
      ['question-1', undefined],
      ['question-2', undefined],
    ],
  )
  t.match(written, { status: 'completed', result: { questions: questions(1, 2, 3) } })
  const none = await write([
    { completion: { outcome: 'refused', words: '안 됨' }, deltas: [], voided: [json(1, 2, 3)] },
  ])
  t.match(none.written, { status: 'failed', error: { code: 'refused' } })
  t.notOk('result' in none.written, 'drafts are not saved')
})

t.test('a question that begins in a draft does not continue after it', async t => {
  const half = JSON.stringify([question(1)]).slice(0, -20)
  const { written } = await write([{ completion: done, questions: [1, 2, 3], voided: [half] }])
  t.match(written, { status: 'completed', result: { questions: questions(1, 2, 3) } })
})

t.test('usage is the sum, estimated if any was', async t => {
  const usage = (inputTokens: number, outputTokens: number, estimated?: true) => ({
    inputTokens,
    outputTokens,
    ...(estimated && { estimated }),
  })
  const sum = async (...usages: (Usage | undefined)[]) => {
    const answers = usages.map((usage, at) => ({ completion: done, questions: [at], usage }))
    return (await write(answers)).written.usage
  }
  t.same(await sum(usage(9, 2), usage(1, 3), usage(5, 5)), usage(15, 10))
  t.same(await sum(usage(9, 2), usage(1, 3, true), usage(5, 5)), usage(15, 10, true))
  t.same(await sum(usage(9, 2), undefined, usage(5, 5)), usage(14, 7))
  t.equal(await sum(undefined, undefined, undefined), undefined)
})

interface Answer {
  completion: Completion
  deltas?: string[]
  /** Text before the answers that turns out to be reasoning. */
  voided?: string[]
  /** Written as the prompt asks, in two deltas. */
  questions?: number[]
  usage?: Usage
}

/** Writes the quiz of `input` with a model that gives these answers, one after the other. */
async function write(
  answers: Answer[],
  { onDelta = () => {} }: { onDelta?: (delta: string, chunks: readonly KindChunk[]) => void } = {},
) {
  const asked: object[] = []
  const chunks: KindChunk[] = []
  const context: OutputContext = {
    signal: new AbortController().signal,
    async complete(request) {
      const answer = answers[asked.length]
      if (!answer) throw new Error('asked too often')
      asked.push({ ...JSON.parse(request.messages[0]?.content ?? ''), format: request.format?.schema })
      const text = JSON.stringify({ questions: (answer.questions ?? []).map(question) })
      const deltas = answer.deltas ?? [text.slice(0, 30), text.slice(30)]
      for (const delta of answer.voided ?? []) request.onDelta?.(delta)
      if (answer.voided) request.onDelta?.('', true)
      for (const delta of deltas) {
        request.onDelta?.(delta)
        onDelta(delta, chunks)
      }
      return { ...answer.completion, text: deltas.join(''), usage: answer.usage }
    },
    append: chunk => chunks.push(chunk),
  }
  return { written: await writeQuiz(input, context, prompts), asked, chunks }
}

function question(number: number) {
  return { question: `질문 ${number}?`, choices: ['가', '나'], answer: 1, explanation: `설명 ${number}` }
}

function questions(...numbers: number[]) {
  return numbers.map((number, index) => ({ index, ...question(number) }))
}
