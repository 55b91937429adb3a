import t from 'tap'
import type { Model } from '../../../src/ai/client.ts'
import { type ChatMessage, enough, type TextReader } from '../../../src/ai/completion.ts'
import { fixedBound } from '../../../src/ai/text-bound.ts'
import { TextSample } from '../../../src/ai/text-sample.ts'
import { estimateUsage } from '../../../src/ai/tokens.ts'
import { EventLog } from '../../../src/tasks/log/event-log.ts'
import { classifyCompletion } from '../../../src/tasks/run/classify-completion.ts'
import { Lane, type Prompt, type WriteOutput } from '../../../src/tasks/run/lane.ts'
import { RetryStage } from '../../../src/tasks/run/retry-stage.ts'
import { collected } from '../../support/collected.ts'

t.test('messages are not kept while the answer comes, and made again if they must be counted', async t => {
  for (const usage of [undefined, { inputTokens: 7, outputTokens: 8 }]) {
    const answer = Promise.withResolvers<void>()
    const { lane, asked } = laneFor(async onDelta => {
      await answer.promise
      onDelta('글')
      return { outcome: 'completed', usage }
    })
    let prompts = 0
    const running = lane.run(
      writer(async () => {
        prompts++
        return [{ role: 'user', content: '써 줘' }]
      }),
    )
    const { messages } = await asked
    await collected()
    t.equal(messages.deref(), undefined)
    t.equal(prompts, 1)
    answer.resolve()
    await running
    const estimated = await estimateUsage([{ role: 'user', content: '써 줘' }], '글')
    t.match(lane.result, { status: 'completed', text: '글', usage: usage ?? estimated })
    t.equal(prompts, usage ? 1 : 2)
  }
})

t.test('when stopped, it ends as cancelled, with its text so far; before it runs that does nothing', async t => {
  const { lane, asked } = laneFor(async (onDelta, signal) => {
    onDelta('반쯤')
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    return { outcome: 'aborted' }
  })
  lane.stop()
  t.ok(lane.idle)
  const running = lane.run(writer(async () => [{ role: 'user', content: '써 줘' }]))
  await asked
  lane.stop()
  await running
  t.match(lane.result, { status: 'cancelled', text: '반쯤' })
})

t.test('a prompt that cannot be made again costs the usage, and no text', async t => {
  const { lane } = laneFor(async onDelta => {
    onDelta('글')
    return { outcome: 'completed' }
  })
  let prompts = 0
  await lane.run(
    writer(async () => {
      prompts++
      if (prompts > 1) throw new Error('the database is unavailable')
      return [{ role: 'user', content: '써 줘' }]
    }),
  )
  t.match(lane.result, { status: 'completed', text: '글', usage: undefined })
  t.equal(prompts, 2)
})

t.test('a stopped output is not counted', async t => {
  const { lane, asked } = laneFor(async (onDelta, signal) => {
    onDelta('반쯤')
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    return { outcome: 'aborted' }
  })
  let prompts = 0
  const running = lane.run(
    writer(async () => {
      prompts++
      return [{ role: 'user', content: '써 줘' }]
    }),
  )
  await asked
  lane.stop()
  await running
  t.equal(prompts, 1)
})

t.test('text that turns out to be reasoning is void, for mirrors too, and counted', async t => {
  const { lane, log } = laneFor(async onDelta => {
    onDelta('생각 ')
    onDelta('더\n')
    onDelta('', true)
    t.equal(lane.effort?.firstDeltaAt, undefined, 'the first delta was not part of the text')
    onDelta('본문')
    return { outcome: 'completed' }
  })
  await lane.run(writer(async () => [{ role: 'user', content: '써 줘' }]))
  const thought = new TextSample()
  thought.add('생각 더\n')
  const usage = await estimateUsage([{ role: 'user', content: '써 줘' }], '본문', [thought])
  t.match(lane.result, { status: 'completed', text: '본문', usage })
  t.type(lane.effort?.firstDeltaAt, 'number')
  const mirror = new EventLog('id', 'test')
  for (const { seq, data } of log.readRaw(0, 100_000)) t.ok(mirror.mirror({ attempt: 1, seq }, data))
  t.equal(mirror.text(0), '본문')
  const folded = log.read({ attempt: 1, seq: 0 }, 100_000)
  t.match(folded.kind === 'events' && folded.events.map(({ data }) => JSON.parse(data)), [
    { type: 'start' },
    { data: { status: 'running' } },
    { type: 'text-start' },
    { delta: '생각 더\n' },
    { type: 'text-end' },
    { data: { status: 'restarted' } },
    { data: { status: 'running' } },
    { type: 'text-start' },
    { delta: '본문' },
    { type: 'text-end' },
    { data: { status: 'completed' } },
  ])
})

t.test('all of it void: no text, and readers get a restart', async t => {
  const { lane, log } = laneFor(async onDelta => {
    onDelta('생각')
    onDelta('', true)
    return { outcome: 'completed' }
  })
  await lane.run(writer(async () => [{ role: 'user', content: '써 줘' }]))
  t.match(lane.result, { status: 'failed', text: '', error: { code: 'empty' }, usage: { estimated: true } })
  t.equal(log.text(0), '')
})

t.test('reasoning is counted with its text, and without any', async t => {
  const reasoning = new TextSample()
  for (let count = 0; count < 1_000; count++) reasoning.add('긴 생각. ')
  for (const text of ['글', '']) {
    const { lane } = laneFor(async onDelta => {
      if (text !== '') onDelta(text)
      return { outcome: 'length', reasoning }
    })
    await lane.run(writer(async () => [{ role: 'user', content: '써 줘' }]))
    t.match(lane.result, { text, finishReason: 'length' })
    t.ok((lane.result?.usage?.outputTokens ?? 0) > 1_500)
  }
})

t.test(
  'at its bound a text ends as length, cut between two characters, and the provider is given a limit too',
  async t => {
    const answers: unknown[] = []
    const { lane, asked } = laneFor(async onDelta => {
      for (const piece of ['여덟 글자 ', '글😀자', '다']) answers.push(onDelta(piece))
      return { outcome: 'length' }
    })
    const bound = { limit: 8, maxOutputTokens: 99 }
    await lane.run(writer(async () => [{ role: 'user', content: '써 줘' }], bound))
    t.same(answers, [undefined, enough, enough])
    t.match(lane.result, { status: 'incomplete', finishReason: 'length', text: '여덟 글자 글' })
    t.equal((await asked).maxOutputTokens, 99)
  },
)

function writer(prompt: Prompt, bound = fixedBound(10_000)): WriteOutput {
  return async context => {
    const completion = await context.stream(prompt, bound)
    if (!completion) throw new Error('nothing was prompted')
    return { ...classifyCompletion(completion, completion.text !== ''), usage: completion.usage }
  }
}

/** Output 0, of a model with this answer; `asked` resolves when it was asked. */
function laneFor(answer: (onDelta: TextReader, signal: AbortSignal) => ReturnType<Model['complete']>) {
  const asked = Promise.withResolvers<{ messages: WeakRef<readonly ChatMessage[]>; maxOutputTokens?: number }>()
  const model = {
    complete({ messages, onDelta, signal, maxOutputTokens }: Parameters<Model['complete']>[0]) {
      asked.resolve({ messages: new WeakRef(messages), maxOutputTokens })
      return answer(onDelta, signal)
    },
  } as Model
  const log = new EventLog('id', 'test')
  log.begin(1)
  return { lane: new Lane(0, log, model, { retries: new RetryStage(log) }), log, asked: asked.promise }
}
