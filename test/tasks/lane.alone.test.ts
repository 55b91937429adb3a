import t from 'tap'
import type { Model } from '../../src/ai/client.ts'
import type { ChatMessage, TextReader } from '../../src/ai/completion.ts'
import { fixedBound } from '../../src/ai/text-bound.ts'
import { estimateUsage } from '../../src/ai/tokens.ts'
import { EventLog } from '../../src/tasks/event-log.ts'
import { judge } from '../../src/tasks/judge.ts'
import { Lane, type Prompt, type Writer } from '../../src/tasks/lane.ts'
import { RetryStage } from '../../src/tasks/retry-stage.ts'
import { collected } from '../support/collected.ts'

t.test('what was asked is not kept while the answer comes, and made again if it must be counted', async t => {
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

t.test('stopped, it ends as cancelled, with what it has; before it runs that does nothing', async t => {
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
      if (prompts > 1) throw new Error('the database is away')
      return [{ role: 'user', content: '써 줘' }]
    }),
  )
  t.match(lane.result, { status: 'completed', text: '글', usage: undefined })
  t.equal(prompts, 2)
})

t.test('what was stopped is not counted', async t => {
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

function writer(prompt: Prompt, bound = fixedBound(10_000)): Writer {
  return async desk => {
    const completion = await desk.stream(prompt, bound)
    if (!completion) throw new Error('nothing was prompted')
    return { ...judge(completion, completion.text !== ''), usage: completion.usage }
  }
}

/** Output 0, of a model that answers so; `asked` resolves when it was asked. */
function laneFor(answer: (onDelta: TextReader, signal: AbortSignal) => ReturnType<Model['complete']>) {
  const asked = Promise.withResolvers<{ messages: WeakRef<readonly ChatMessage[]> }>()
  const model = {
    complete({ messages, onDelta, signal }: Parameters<Model['complete']>[0]) {
      asked.resolve({ messages: new WeakRef(messages) })
      return answer(onDelta, signal)
    },
  } as Model
  const log = new EventLog('id', 'test')
  log.begin(1)
  return { lane: new Lane(0, log, model, new RetryStage(log)), asked: asked.promise }
}
