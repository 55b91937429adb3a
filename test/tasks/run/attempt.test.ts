import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { Type } from 'typebox'
import type { Model } from '../../../src/ai/client.ts'
import { fixedBound } from '../../../src/ai/text-bound.ts'
import { EventLog } from '../../../src/tasks/log/event-log.ts'
import { Attempt } from '../../../src/tasks/run/attempt.ts'
import type { ClaimedTask, StoredOutput } from '../../../src/tasks/store/rows.ts'
import type { TaskEnd } from '../../../src/tasks/store/task-store.ts'

t.test('of more outputs than may run at the same time, the others are written as these end', async t => {
  let most = 0
  let running = 0
  const { attempt, ends } = attemptFor(async ({ onDelta }) => {
    most = Math.max(most, ++running)
    await setImmediate()
    running--
    onDelta('text')
    return { outcome: 'completed' }
  })
  await attempt.run()
  t.same(
    ends.map(({ outputs }) => outputs.map(({ text }) => text)),
    [Array(5).fill('text')],
  )
  t.equal(most, 2)
})

t.test('stopped, it asks for none of the outputs that wait, and saves nothing', async t => {
  let asked = 0
  const { attempt, ends } = attemptFor(async ({ signal }) => {
    asked++
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    return { outcome: 'aborted' }
  })
  const run = attempt.run()
  while (asked < 2) await setImmediate()
  t.ok(attempt.stop())
  await run
  t.equal(asked, 2)
  t.same(ends, [])
})

t.test('an output that breaks while others are written stops these, and is reported once they have ended', async t => {
  const unhandled: unknown[] = []
  const listener = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', listener)
  t.teardown(() => process.off('unhandledRejection', listener))
  let asked = 0
  let aborted = 0
  const { attempt, ends } = attemptFor(
    async ({ signal }) => {
      asked++
      if (asked === 1) return { outcome: 'completed' }
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      aborted++
      // Long enough for an unhandled rejection to be reported.
      for (let turn = 0; turn < 5; turn++) await setImmediate()
      return { outcome: 'aborted' }
    },
    output => {
      if (output === 2) throw new TypeError('a mistake of ours')
    },
  )
  await t.rejects(attempt.run(), { message: 'a mistake of ours' })
  t.same([asked, aborted], [2, 1])
  t.same(unhandled, [])
  t.same(ends, [])
})

/** Of five outputs, two at the same time. */
function attemptFor(complete: Model['complete'], onPrompt: (output: number) => void = () => {}) {
  const ends: TaskEnd[] = []
  const outputs = Array.from({ length: 5 }, (_, index): StoredOutput => {
    return { index, status: 'pending', text: '', cancelRequested: false }
  })
  const task = { id: 'id', attempt: 1, lostAttempts: 0, cancelRequestedAt: null, outputs, input: () => ({}) }
  const attempt = new Attempt({
    task: task as unknown as ClaimedTask,
    kind: {
      name: 'test',
      input: Type.Object({}),
      outputs: () => outputs.length,
      prompt(_input, output) {
        onPrompt(output)
        return [{ role: 'user', content: 'x' }]
      },
      bound: () => fixedBound(10_000),
      save: async () => {},
      facts: () => [],
    },
    log: new EventLog('id', 'test'),
    model: { complete } as Model,
    parallel: 2,
    watched: () => false,
    lost: async () => new EventLog('id', 'test'),
    async save(end) {
      ends.push(end)
      return true
    },
  })
  return { attempt, ends }
}
