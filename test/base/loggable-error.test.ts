import t from 'tap'
import { loggableError } from '../../src/base/loggable-error.ts'

class StaleAttempt extends Error {
  readonly code = 'STALE_ATTEMPT'
}

/** The error of an action that fails. */
async function failureOf(action: () => unknown): Promise<unknown> {
  try {
    await action()
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

t.test('an error of ours keeps its message', async t => {
  t.match(loggableError(new StaleAttempt('attempt 1 was replaced by attempt 2')), {
    type: 'StaleAttempt',
    code: 'STALE_ATTEMPT',
    message: 'attempt 1 was replaced by attempt 2',
    stack: /^ {4}at .*loggable-error\.test/,
  })
})

t.test('an error of the operating system keeps its message', async t => {
  const error = await failureOf(async () => (await import('node:fs/promises')).readFile('/nowhere/at/all'))
  t.match(loggableError(error), { type: 'Error', code: 'ENOENT', message: /ENOENT.*nowhere/ })
})

t.test('a message that may quote a user is left out, and the place where it was thrown stays', async t => {
  const failures = [
    () => JSON.parse('hunter2 is not JSON'),
    () => Buffer.alloc('hunter2' as unknown as number),
    () => 'x' in ('hunter2' as unknown as object),
    () => {
      throw new Error('Failed query: insert\nparams: hunter2\n    at hunter2')
    },
    () => {
      throw Object.assign(new Error('value "hunter2"'), { code: '22P02', detail: 'hunter2', where: 'hunter2' })
    },
    () => {
      throw new Error('outer hunter2', { cause: new Error('inner hunter2', { cause: 'hunter2' }) })
    },
  ]
  for (const failure of failures) {
    const logged = loggableError(await failureOf(failure))
    t.notMatch(JSON.stringify(logged), 'hunter2')
    t.match(logged, { type: /Error$/, stack: /loggable-error\.test/ })
  }
})

t.test('causes are logged, and a circle of them ends', async t => {
  const error = new Error('a', { cause: new StaleAttempt('b') })
  t.match(loggableError(error), { type: 'Error', cause: { type: 'StaleAttempt', message: 'b' } })
  error.cause = error
  t.ok(JSON.stringify(loggableError(error)))
})

t.test('a value that is no error shows its type alone', async t => {
  for (const thrown of ['hunter2', { message: 'hunter2' }, null, undefined, 7])
    t.same(loggableError(thrown), { type: typeof thrown })
})
