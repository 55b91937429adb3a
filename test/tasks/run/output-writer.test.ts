import t from 'tap'
import { Type } from 'typebox'
import { fixedBound } from '../../../src/ai/text-bound.ts'
import type { TaskKind } from '../../../src/tasks/kind.ts'
import { outputWriter } from '../../../src/tasks/run/attempt.ts'
import type { LaneContext } from '../../../src/tasks/run/lane.ts'

const task = { id: 'id', ownerId: 'owner', createdAt: new Date(), attempt: 1, input: () => ({}) }

t.test('a prompt of a kind is sent, and its completion classified', async t => {
  const { written, asked } = await write(() => [{ role: 'user', content: '말' }])
  t.match(written, { status: 'completed', finishReason: 'stop', usage: { outputTokens: 1 } })
  t.same(asked, [[{ role: 'user', content: '말' }]])
})

t.test('a kind without a prompt, since its task was removed meanwhile, sends the model nothing', async t => {
  const { written, asked } = await write(() => [])
  t.same(written, { status: 'cancelled' })
  t.same(asked, [])
})

async function write(prompt: Extract<TaskKind, { prompt: unknown }>['prompt']) {
  const asked: unknown[] = []
  const kind: TaskKind = {
    name: 'test',
    input: Type.Object({}),
    outputs: () => 1,
    prompt,
    bound: () => fixedBound(10_000),
    save: async () => {},
    facts: () => [],
  }
  const context: LaneContext = {
    signal: new AbortController().signal,
    complete: () => Promise.reject(new Error('only what is streamed')),
    async stream(prompt) {
      const messages = await prompt()
      if (messages.length === 0) return undefined
      asked.push(messages)
      return { outcome: 'completed', text: '답', usage: { inputTokens: 1, outputTokens: 1 } }
    },
    append() {},
  }
  return { written: await outputWriter(kind, task, 0)(context), asked }
}
