import t from 'tap'
import { seededRandom } from '../../src/demo-model/random.ts'
import { anyRecord } from '../support/any-record.ts'
import { startConch } from '../support/conch.ts'
import { wholeText } from '../support/fault.ts'
import { asking } from '../support/faults.ts'
import { startUpstream, type UpstreamCompletion } from '../support/upstream.ts'

t.test(
  'of 200 texts hit by a 429 or 5xx once or twice, at least 95 % are whole without any user doing anything',
  async t => {
    const plans = new Map<string, number[]>()
    let faults = 0
    const upstream = await startUpstream(t, completion => {
      const text = JSON.stringify(completion.body)
      const plan = plans.get(text) ?? planned(text)
      plans.set(text, plan)
      const status = plan.shift()
      if (status === undefined) completion.delta(wholeText).finish()
      else {
        faults++
        refuse(completion, status)
      }
    })
    // All begin with a fault: on a busy machine the first success may take seconds, and breakers are not there for that.
    const patient = { UPSTREAM_RETRY_SECONDS: '0.01', UPSTREAM_BREAKER_SECONDS: '3600' }
    const conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl, ...patient })
    const visitor = conch.visitor()
    await visitor.json('GET', '/api/tasks')
    const tasks = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        const id = await visitor.record({ ...anyRecord, observations: asking(`transient ${at}`), versions: 5 })
        await visitor.finished(id)
        return visitor.task(id)
      }),
    )
    const statuses = tasks.flatMap(({ outputs }) => outputs.map(({ status }) => status))
    const whole = statuses.filter(status => status === 'completed').length
    t.comment(`${whole} of ${statuses.length} completed (${(whole / statuses.length) * 100} %), ${faults} faults`)
    t.equal(plans.size, 200)
    t.ok(faults >= 200)
    t.ok(whole >= 190)
  },
)

/** Once or twice, the same in every run: the prompt is the seed. */
function planned(prompt: string): number[] {
  const { next } = seededRandom(prompt)
  const statuses = [429, 500, 502, 503, 504, 529]
  return Array.from({ length: next() < 0.5 ? 1 : 2 }, () => statuses[Math.floor(next() * statuses.length)] as number)
}

t.test('when the model server is down, new texts fail at once, and the metrics and the log show it', async t => {
  const upstream = await startUpstream(t, ({ response }) => response.writeHead(503).end())
  const lines: string[] = []
  const conch = await startConch(
    t,
    {
      OPENAI_BASE_URL: upstream.baseUrl,
      UPSTREAM_BREAKER_FAILURES: '4',
      UPSTREAM_BREAKER_SECONDS: '0.5',
      UPSTREAM_RETRY_SECONDS: '0.3',
      LOG_LEVEL: 'warn',
    },
    { logDestination: { write: line => lines.push(line) } },
  )
  const visitor = conch.visitor()
  const failed = async () => {
    const id = await visitor.record({ ...anyRecord, versions: 1, observations: '비밀로 할 관찰' })
    await visitor.finished(id)
    return (await visitor.task(id)).outputs[0]?.error
  }
  let error = await failed()
  // Requests before that were sent, and perhaps not again, if the breaker had opened by then.
  while (!/has not answered for .*try again in \d+ s\.$/.test(error?.detail ?? '')) {
    t.match(error, { code: 'unavailable', detail: /(answered 503|has not answered for).* times in a row/ })
    error = await failed()
  }
  t.match(error, { code: 'unavailable', detail: /try again in \d+ s\.$/ })
  const { body } = await conch.app.inject('/metrics')
  t.match(body, /^conch_upstream_breaker_state [12]$/m)
  t.match(body, /^conch_upstream_retries_total [1-9]\d*$/m)
  t.match(body, /^conch_upstream_sockets \d+$/m)
  t.match(body, /^conch_queue_wait_seconds_count [1-9]\d*$/m)
  t.match(
    lines.find(line => line.includes('asking the model again')),
    /"reason":"server-error","status":503,"delayMs":\d+/,
  )
  t.notMatch(lines.join(''), /비밀/)
})

function refuse({ response }: UpstreamCompletion, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"message":"later"}}')
}
