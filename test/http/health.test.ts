import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { type HealthOptions, health } from '../../src/http/health.ts'

async function appFor(t: Test, options: Partial<HealthOptions> = {}) {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(health, { ready: () => true, ping: async () => {}, ...options })
  return async (url: string) => {
    const response = await app.inject(url)
    t.equal(response.headers['cache-control'], 'no-store')
    return { status: response.statusCode, body: response.json(), text: response.body }
  }
}

const away = async (): Promise<void> => {
  throw new Error('connect ECONNREFUSED 10.0.0.7:5432')
}

t.test('a process that works is healthy and ready', async t => {
  const ask = await appFor(t)
  t.match(await ask('/healthz'), { status: 200, body: { status: 'ok' } })
  t.match(await ask('/readyz'), { status: 200, body: { status: 'ready' } })
})

t.test('a process that drains is healthy and not ready, and does not ask the database', async t => {
  let asked = 0
  const ask = await appFor(t, {
    ready: () => false,
    ping: async () => {
      asked++
    },
  })
  t.match(await ask('/healthz'), { status: 200 })
  t.match(await ask('/readyz'), { status: 503, body: { status: 'draining' } })
  t.equal(asked, 0)
})

t.test('without its database a process is healthy and not ready, and does not say where the database is', async t => {
  const ask = await appFor(t, { ping: away })
  t.match(await ask('/healthz'), { status: 200 })
  const answer = await ask('/readyz')
  t.match(answer, { status: 503, body: { status: 'database unavailable' } })
  t.notMatch(answer.text, /ECONN|10\.0/)
})

t.test('while the disk of the database is full a process is healthy and not ready, and says why', async t => {
  const ask = await appFor(t, {
    ping: async () => {
      throw Object.assign(new Error('could not extend file'), { severity: 'ERROR', code: '53100' })
    },
  })
  t.match(await ask('/healthz'), { status: 200 })
  t.match(await ask('/readyz'), { status: 503, body: { status: 'disk full' } })
})

t.test('concurrent requests share one ping of the database', async t => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = 0
  const ask = await appFor(t, {
    ping: () => {
      asked++
      return promise
    },
  })
  const answers = Array.from({ length: 20 }, () => ask('/readyz'))
  resolve()
  for (const answer of await Promise.all(answers)) t.match(answer, { status: 200 })
  t.equal(asked, 1)
  await ask('/readyz')
  t.equal(asked, 2, 'a later request pings again')
})

t.test('a database that comes back makes it ready again', async t => {
  let ping = away
  const ask = await appFor(t, { ping: () => ping() })
  t.match(await ask('/readyz'), { status: 503 })
  ping = async () => {}
  t.match(await ask('/readyz'), { status: 200 })
})
