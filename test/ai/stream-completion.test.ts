import OpenAI from 'openai'
import t, { type Test } from 'tap'
import { Agent } from 'undici'
import { Breaker } from '../../src/ai/breaker.ts'
import { openModel } from '../../src/ai/client.ts'
import { beginCompletion } from '../../src/ai/stream-completion.ts'
import { upstreamFetch } from '../../src/ai/upstream-fetch.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { wholeText } from '../support/fault.ts'
import { asking, faultLimits, faultScript, faults } from '../support/faults.ts'
import { startUpstream } from '../support/upstream.ts'

for (const [group, cases] of faults) {
  t.test(`${group}: every ending has its own outcome`, async t => {
    const { complete } = await modelFor(t)
    await Promise.all(
      cases.map(async fault => {
        const { completion, text, retries } = await complete(fault.name)
        const { outcome, reason, detail, usage } = fault
        t.match(completion, { outcome, ...(reason && { reason }) }, `${fault.name}: ${JSON.stringify(completion)}`)
        if ('text' in fault && fault.text === undefined) t.ok(text.startsWith(wholeText), fault.name)
        else t.equal(text, fault.text ?? wholeText, fault.name)
        if (detail)
          t.match('words' in completion ? completion.words : 'detail' in completion && completion.detail, detail)
        if (usage !== 'estimated') t.same(completion.usage, usage, fault.name)
        t.equal(retries, fault.retries ?? 0, `${fault.name}: retries`)
        t.notMatch(JSON.stringify(completion), /SECRET/)
      }),
    )
  })
}

t.test('a completion aborted before its answer is read ends as aborted and closes its connection', async t => {
  const upstream = await startUpstream(t, completion => completion.delta('글'))
  const agent = new Agent()
  t.teardown(() => agent.destroy())
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: upstream.baseUrl, fetch: upstreamFetch(agent) })
  const limits = readConfig({ ...faultLimits, UPSTREAM_IDLE_SECONDS: '3600', UPSTREAM_TOTAL_SECONDS: '3600' }).upstream
  const abort = new AbortController()
  const request = {
    model: 'test',
    messages: [{ role: 'user' as const, content: '써 줘' }],
    members: {},
    signal: abort.signal,
  }
  const begun = await beginCompletion(client, request, limits, new Breaker(limits))
  if (begun.outcome !== 'begun') return t.fail(begun.outcome)
  abort.abort()
  t.match(await begun.read(() => {}), { outcome: 'aborted' })
  await upstream.completions[0]?.abandoned
})

async function modelFor(t: Test, env: Record<string, string> = {}) {
  const upstream = await startUpstream(t, faultScript())
  const model = openModel({
    name: 'test',
    demo: false,
    apiKey: 'sk-test',
    baseUrl: upstream.baseUrl,
    limits: readConfig({ ...faultLimits, ...env }).upstream,
    maxSockets: 1000,
  })
  t.teardown(() => model.close())
  return {
    model,
    upstream,
    async complete(name: string, signal = new AbortController().signal) {
      let text = ''
      let retries = 0
      const completion = await model.complete({
        messages: [{ role: 'user', content: asking(name) }],
        signal,
        onDelta(delta, voids) {
          text = voids ? delta : text + delta
        },
        onRetry() {
          retries++
          return () => {}
        },
      })
      return { completion, text, retries }
    },
  }
}
