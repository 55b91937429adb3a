import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openModel } from '../../src/ai/client.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { startForwardProxy, startTls } from '../support/forward-proxy.ts'
import { type Script, startUpstream } from '../support/upstream.ts'

const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`

t.test('a request to an http: server has the whole URL, and the user name and password of the proxy', async t => {
  const { proxy, upstream, complete } = await throughProxy(t, 'http')
  t.match(await complete(), { outcome: 'completed' })
  t.match(proxy.asked, [
    {
      line: 'POST http://model.test:8000/v1/chat/completions',
      headers: { host: 'model.test:8000', 'proxy-authorization': basic, authorization: 'Bearer sk-test' },
    },
  ])
  t.match(upstream.completions[0]?.body, { model: 'test', stream: true })
})

t.test('a request to an https: server goes through a tunnel, in which the proxy sees nothing', async t => {
  const { proxy, upstream, complete } = await throughProxy(t, 'https')
  t.match(await complete(), { outcome: 'completed' })
  t.match(proxy.asked, [
    { line: 'CONNECT model.test:8000', headers: { host: 'model.test:8000', 'proxy-authorization': basic } },
  ])
  t.notOk(proxy.asked[0]?.headers.authorization)
  const { headers } = upstream.completions[0]?.request ?? {}
  t.match(headers, { host: 'model.test:8000', authorization: 'Bearer sk-test' })
  t.notOk(headers?.['proxy-authorization'])
})

for (const scheme of ['http', 'https'] as const) {
  t.test(`${scheme}: connections are shared, kept and limited as without a proxy`, async t => {
    const { proxy, model, complete } = await throughProxy(t, scheme, { maxSockets: 5 })
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => complete()))
    t.ok(outcomes.every(({ outcome }) => outcome === 'completed'))
    t.equal(proxy.opened, 5)
    t.equal(model.state().sockets, 5)
    await model.close()
    while (proxy.open > 0) await nextTurn()
    t.equal(model.state().sockets, 0)
  })

  t.test(`${scheme}: a connection that is too old is not used again, and an idle one is closed`, async t => {
    const old = await throughProxy(t, scheme, { env: { UPSTREAM_KEEP_ALIVE_MAX_AGE_SECONDS: '0.001' } })
    await old.complete()
    await nextTurn()
    await old.complete()
    t.equal(old.proxy.opened, 2)
    const idle = await throughProxy(t, scheme, { env: { UPSTREAM_KEEP_ALIVE_IDLE_SECONDS: '0.05' } })
    await idle.complete()
    while (idle.proxy.open > 0 || idle.model.state().sockets > 0) await nextTurn()
  })

  t.test(`${scheme}: an abort, before the headers or in the middle, leaves no connection`, async t => {
    const { proxy, upstream, model, complete } = await throughProxy(t, scheme, { script: () => {} })
    const before = new AbortController()
    const waiting = complete({ signal: before.signal })
    await upstream.requested(1)
    before.abort()
    t.match(await waiting, { outcome: 'aborted' })
    upstream.answer(completion => completion.delta('반쯤'))
    const middle = new AbortController()
    t.match(await complete({ signal: middle.signal, onDelta: () => middle.abort() }), { outcome: 'aborted' })
    while (proxy.open > 0 || model.state().sockets > 0) await nextTurn()
  })

  t.test(`${scheme}: the error names a proxy that refuses, or is unavailable`, async t => {
    const { proxy, model, complete } = await throughProxy(t, scheme)
    proxy.refuse(407)
    const refused = await complete()
    t.match(refused, { detail: "the proxy before the model's server answered 407" })
    t.equal(model.state().retries, 0, 'the same password is not sent again')
    const away = await throughProxy(t, scheme, { host: '127.0.0.1:1' })
    t.match(await away.complete(), {
      outcome: 'unavailable',
      reason: 'connection',
      detail: "the proxy before the model's server could not be reached (ECONNREFUSED), 4 times in a row",
    })
  })
}

t.test('a proxy at https: is verified by its own name, not by that of the server', async t => {
  for (const scheme of ['http', 'https'] as const) {
    const { proxy, open } = await throughProxy(t, scheme)
    const port = await startTls(t, 'localhost', Number(proxy.host.split(':')[1]))
    const { complete } = open(`https://me:p%40ss@localhost:${port}`)
    t.match(await complete(), { outcome: 'completed' })
    t.match(proxy.asked, [{ headers: { host: 'model.test:8000', 'proxy-authorization': basic } }])
    const stranger = open(`https://127.0.0.1:${port}`)
    t.match(await stranger.complete(), { detail: /proxy.*could not be reached \(ERR_TLS_CERT_ALTNAME_INVALID\)/ })
    t.equal(proxy.asked.length, 1)
  }
})

t.test('a proxy that cannot reach the server now gets a retry', async t => {
  for (const scheme of ['http', 'https'] as const) {
    const { proxy, model, complete } = await throughProxy(t, scheme)
    proxy.refuse(503)
    t.match(await complete(), { outcome: 'unavailable', detail: /answered 503, 4 times in a row/ })
    t.equal(model.state().retries, 3)
  }
})

t.test('a proxy that never opens the tunnel is given up after the time for a connection', async t => {
  const { proxy, model, complete } = await throughProxy(t, 'https', {
    env: { UPSTREAM_CONNECT_SECONDS: '0.1', UPSTREAM_RETRIES: '0' },
  })
  proxy.refuse(undefined)
  t.match(await complete(), { outcome: 'unavailable', reason: 'connection', detail: /proxy/ })
  while (proxy.open > 0 || model.state().sockets > 0) await nextTurn()
})

t.test('closing the model ends a tunnel that is being opened', async t => {
  const { proxy, model, complete } = await throughProxy(t, 'https', { env: { UPSTREAM_RETRIES: '0' } })
  proxy.refuse(undefined)
  const pending = complete()
  while (proxy.asked.length === 0) await nextTurn()
  await model.close()
  t.match(await pending, { outcome: 'unavailable' })
  while (proxy.open > 0) await nextTurn()
})

t.test('a server behind the proxy with the wrong certificate gets no request', async t => {
  const { upstream, complete } = await throughProxy(t, 'https', { host: undefined, server: 'other.test' })
  t.match(await complete(), { outcome: 'unavailable', reason: 'connection', detail: /ERR_TLS_CERT_ALTNAME_INVALID/ })
  t.equal(upstream.completions.length, 0)
})

interface Options {
  env?: Record<string, string>
  maxSockets?: number
  script?: Script
  /** The host of the proxy, if not one that exists. */
  host?: string | undefined
  server?: string
}

async function throughProxy(t: Test, scheme: 'http' | 'https', options: Options = {}) {
  const { env = {}, maxSockets = 10, script, server = 'model.test' } = options
  const upstream = await startUpstream(t, script)
  const port = Number(new URL(upstream.baseUrl).port)
  const proxy = await startForwardProxy(t, scheme === 'https' ? await startTls(t, 'model.test', port) : port)
  const open = (url: string) => {
    const model = openModel({
      name: 'test',
      demo: false,
      apiKey: 'sk-test',
      baseUrl: `${scheme}://${server}:8000/v1`,
      proxy: url,
      limits: readConfig({ UPSTREAM_RETRY_SECONDS: '0.01', ...env }).upstream,
      maxSockets,
    })
    t.teardown(() => model.close())
    const complete = ({ signal = new AbortController().signal, onDelta = (_text: string) => {} } = {}) =>
      model.complete({ messages: [{ role: 'user', content: '써 줘' }], signal, onDelta })
    return { model, complete }
  }
  return { proxy, upstream, open, ...open(`http://me:p%40ss@${options.host ?? proxy.host}`) }
}
