import t, { type Test } from 'tap'
import { openModel } from '../../src/ai/client.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { startUpstream } from '../support/upstream.ts'

t.test('without gateway headers the client sends the key, or a made-up one', async t => {
  t.match(await sent(t, {}), { url: '/v1/chat/completions', headers: { authorization: 'Bearer none' } })
  t.match(await sent(t, { OPENAI_API_KEY: 'sk-1' }), { headers: { authorization: 'Bearer sk-1' } })
})

t.test('Azure gets a deployment in the path, a version in the query, a key in a header of its own', async t => {
  const { url, headers } = await sent(t, {
    path: '/openai/deployments/gpt',
    UPSTREAM_HEADERS: 'api-key: 0123',
    UPSTREAM_QUERY: 'api-version=2024-10-21',
  })
  t.equal(url, '/openai/deployments/gpt/chat/completions?api-version=2024-10-21')
  t.equal(headers['api-key'], '0123')
  t.notOk('authorization' in headers, 'no key is made up beside it')
})

t.test('the client sends headers besides the key, or instead of it', async t => {
  const beside = { OPENAI_API_KEY: 'sk-1', UPSTREAM_HEADERS: 'X-Team: a\nUser-Agent: us' }
  t.match(await sent(t, beside), { headers: { authorization: 'Bearer sk-1', 'x-team': 'a', 'user-agent': 'us' } })
  const instead = { OPENAI_API_KEY: 'sk-1', UPSTREAM_HEADERS: 'AUTHORIZATION: Basic eDp5' }
  const { headers } = await sent(t, instead)
  t.equal(headers.authorization, 'Basic eDp5')
  t.equal(headers['content-type'], 'application/json')
})

t.test('the query of the base URL is sent', async t => {
  t.match(await sent(t, { path: '/v1?tenant=a%20b' }), { url: '/v1/chat/completions?tenant=a+b' })
})

/** The request that a model is sent under these settings. */
async function sent(t: Test, { path = '/v1', ...env }: Record<string, string>) {
  const upstream = await startUpstream(t)
  const config = readConfig({ ...env, OPENAI_BASE_URL: new URL(path, upstream.baseUrl).href })
  const { apiKey, baseUrl, extras } = config.openai
  const limits = config.upstream
  const model = openModel({ name: 'test', demo: false, apiKey, baseUrl, extras, limits, maxSockets: 1 })
  t.teardown(() => model.close())
  const messages = [{ role: 'user' as const, content: '써 줘' }]
  t.match(await model.complete({ messages, signal: new AbortController().signal, onDelta() {} }), {
    outcome: 'completed',
  })
  const { url, headers } = upstream.completions[0]?.request ?? {}
  return { url, headers: headers ?? {} }
}
