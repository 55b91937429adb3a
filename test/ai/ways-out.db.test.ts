import t, { type Test } from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { ownStorage, startConch } from '../support/conch.ts'
import { startForwardProxy } from '../support/forward-proxy.ts'
import { question, quizJson } from '../support/quiz.ts'
import { startReceiver } from '../support/receiver.ts'
import { startServer } from '../support/server-process.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

t.test('a server uses proxy and gateway only for its model, and shows their secrets nowhere', async t => {
  const { upstream, proxy } = await outside(t)
  upstream.answer(completion => completion.delta(quizJson(question(1))).finish())
  // The receiver returns what it gets: that also answers a challenge.
  const hook = await startReceiver(t, ({ body }, response) => response.writeHead(200).end(body))
  const server = await startServer({
    ...(await ownStorage(t)),
    OPENAI_BASE_URL: 'http://model.test/v1?tenant=SECRET',
    OPENAI_API_KEY: 'sk-SECRET',
    UPSTREAM_HEADERS: 'Authorization: Basic SECRET\nX-Gateway: SECRET team',
    UPSTREAM_QUERY: 'api-version=2024-10-21&sig=SECRET',
    http_proxy: `http://me:SECRET@${proxy.host}`,
    WEBHOOKS: 'true',
    WEBHOOK_ALLOW_PRIVATE: 'true',
    LOG_LEVEL: 'trace',
  })
  t.teardown(() => server.kill('SIGKILL'))
  const visitor = new Visitor(server.url)
  await visitor.json('PUT', '/api/webhook', { url: `${hook.url}/conch` })
  const id = await visitor.submit('/api/quizzes', { topic: '태양계', questionCount: 1 })
  while (!hook.received.some(({ body }) => String(body).includes(id))) await hook.arrived()
  t.same(
    proxy.asked.map(({ line }) => line),
    ['POST http://model.test/v1/chat/completions?tenant=SECRET&api-version=2024-10-21&sig=SECRET'],
  )
  const { request } = upstream.completions[0] ?? {}
  t.match(request?.headers, { authorization: 'Basic SECRET', 'x-gateway': 'SECRET team', host: 'model.test' })

  proxy.refuse(407)
  const refused = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(refused)
  const task = await visitor.task(refused)
  t.match(task.outputs, [{ status: 'failed', error: { detail: "The proxy before the model's server answered 407." } }])
  await server.kill('SIGTERM')
  t.notMatch(server.output(), 'SECRET')
  t.notMatch(JSON.stringify(task), 'SECRET')
})

t.test('the demo model, and one on this machine, are reached directly', async t => {
  const { upstream, proxy } = await outside(t)
  const proxies = { HTTP_PROXY: `http://${proxy.host}`, HTTPS_PROXY: `http://${proxy.host}` }
  const demo = await startConch(t, { ...proxies, DEMO_TOKENS_PER_SECOND: '100000', UPSTREAM_HEADERS: 'a: b' })
  const model = await startConch(t, { ...proxies, OPENAI_BASE_URL: upstream.baseUrl })
  for (const conch of [demo, model]) {
    const visitor = conch.visitor()
    const id = await visitor.record({ ...anyRecord, versions: 1 })
    await visitor.finished(id)
    t.match(await visitor.task(id), { status: 'completed' })
  }
  t.equal(upstream.completions.length, 1)
  t.same(proxy.asked, [])
})

t.test('where NO_PROXY says so, a model elsewhere is reached directly as well', async t => {
  const { proxy } = await outside(t)
  const conch = await startConch(t, {
    OPENAI_BASE_URL: 'http://model.invalid/v1',
    HTTP_PROXY: `http://${proxy.host}`,
    NO_PROXY: '.invalid',
    UPSTREAM_RETRIES: '0',
  })
  const visitor = conch.visitor()
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(id)
  t.match(await visitor.task(id), {
    outputs: [{ error: { detail: /could not be reached \((ENOTFOUND|EAI_AGAIN)\)/ } }],
  })
  t.same(proxy.asked, [])
})

async function outside(t: Test) {
  const upstream = await startUpstream(t)
  return { upstream, proxy: await startForwardProxy(t, Number(new URL(upstream.baseUrl).port)) }
}
