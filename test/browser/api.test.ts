import { install } from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import { createApi } from '../../public/api.js'

const answer = (status: number, body: unknown = {}) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status })
const busy = (code: string) => answer(409, { status: 409, code })
/** A connection that is dead. */
const silence = undefined

/** Gives the clock and the network of the last server back. */
let restore = () => {}

t.test(
  'an attempt without an answer in 4 s is given up and made again, until the dead connections are used up',
  async t => {
    const { api, sent } = server(t, silence, silence, silence, silence, silence, silence, answer(200, { id: 'x' }))
    t.same(await api.task('x'), { id: 'x' })
    t.same(
      sent.map(({ afterMs }) => afterMs),
      [0, 4_000, 8_000, 12_000, 16_000, 20_000, 24_000],
    )
    t.ok(
      sent.slice(0, 6).every(({ aborted }) => aborted()),
      'each closes its connection',
    )
  },
)

t.test('the last attempt has the time that a slow network takes, and then it is said', async t => {
  const { api, sent, clock } = server(t)
  await t.rejects(api.task('x'), { message: 'no answer in time' })
  t.equal(sent.length, 7)
  t.equal(clock.now, 6 * 4_000 + 30_000)
})

t.test('what must not be done twice is asked for once', async t => {
  const { api, sent, clock } = server(t)
  await t.rejects(api.call('POST', '/quizzes/x/attempts', { body: {} }), { message: 'no answer in time' })
  t.equal(sent.length, 1)
  t.equal(clock.now, 30_000)
})

t.test('what an attempt before did without an answer is done', async t => {
  await t.resolves(server(t, silence, answer(404)).api.call('DELETE', '/records/x'))
  await t.resolves(server(t, silence, busy('task-unfinished')).api.retryTask('x'))
  await t.resolves(server(t, silence, busy('output-unfinished')).api.retryOutput('x', 0))
  // But what nobody did is not.
  await t.rejects(server(t, answer(404)).api.call('DELETE', '/records/x'), { name: 'Error', message: 'HTTP 404' })
  await t.rejects(server(t, busy('task-unfinished')).api.retryTask('x'), { code: 'task-unfinished' })
  await t.rejects(server(t, silence, busy('task-busy')).api.retryTask('x'), { code: 'task-busy' })
})

t.test('a page that is left gives up at once', async t => {
  const { api, sent } = server(t)
  const leaving = new AbortController()
  const task = api.task('x', leaving.signal)
  leaving.abort(new Error('left'))
  await t.rejects(task)
  t.equal(sent.length, 1)
})

/** The API over a network that gives these answers, one after the other, and then none; its clock goes on by itself. */
function server(t: Test, ...answers: (Response | undefined)[]) {
  restore()
  const clock = install({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  const sent: { afterMs: number; aborted: () => boolean }[] = []
  const fetched = globalThis.fetch
  globalThis.fetch = (_url, init) => {
    const { signal } = init as RequestInit
    sent.push({ afterMs: clock.now, aborted: () => signal?.aborted === true })
    const next = answers[sent.length - 1]
    if (next) return Promise.resolve(next)
    // Nothing else happens until a timer.
    queueMicrotask(() => queueMicrotask(() => clock.next()))
    return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  }
  restore = () => {
    globalThis.fetch = fetched
    clock.uninstall()
    restore = () => {}
  }
  t.teardown(() => restore())
  return { api: createApi(), sent, clock }
}
