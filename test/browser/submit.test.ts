import t from 'tap'
import { type Call, Refused, Unreachable } from '../../public/api.js'
import { Link } from '../../public/link.js'
import { createSubmit } from '../../public/submit.js'

const body = { topic: '태양계' }

/** Submits to a server that answers with these, one after the other; the last answer is repeated. Has what it was sent. */
function server(...answers: unknown[]) {
  const sent: { method: string; path: string; body?: unknown; key?: string }[] = []
  const waitsMs: number[] = []
  const limitsMs: unknown[] = []
  const link = new Link()
  let online = true
  const call = (async (method, path, { body, headers, answerMs } = {}) => {
    sent.push({ method, path, body, key: headers?.['idempotency-key'] })
    limitsMs.push(answerMs)
    const answer = answers[Math.min(sent.length, answers.length) - 1]
    const now = typeof answer === 'function' ? answer() : answer
    if (now instanceof Error) throw now
    return now
  }) as Call
  const submit = createSubmit(call, link, { wait: async (ms: number) => waitsMs.push(ms), online: () => online })
  const outcome = () => submit('/quizzes', body).catch((error: unknown) => error)
  const setOnline = (now: boolean) => {
    online = now
  }
  return { outcome, submit, sent, waitsMs, limitsMs, link, setOnline }
}

async function submitTo(...answers: unknown[]) {
  const to = server(...answers)
  return { ...to, outcome: await to.outcome() }
}

const unreachable = new Unreachable('no answer')
const late = new Unreachable('no answer in time', { late: true })
const refused = (status: number, code?: string, retryAfter?: number) => new Refused(status, { code }, retryAfter)
const accepted = { taskId: '0198-a' }

t.test('what is answered is sent once, each time with another key', async t => {
  const [first, second] = [await submitTo(accepted), await submitTo(accepted)]
  t.equal(first.outcome, accepted)
  t.match(first.sent, [{ method: 'POST', path: '/quizzes', body, key: /^[0-9a-f]{32}$/ }])
  t.equal(first.sent.length, 1)
  t.not(first.sent[0]?.key, second.sent[0]?.key)
  const both = server(accepted)
  await both.outcome()
  await both.outcome()
  t.not(both.sent[0]?.key, both.sent[1]?.key, 'also when the same is asked for twice')
})

t.test('when the answer is lost, the same is sent again with the same key, after waits that grow', async t => {
  for (const lost of [unreachable, refused(502), refused(503), refused(504), refused(503, 'database-unavailable', 0)]) {
    const { outcome, sent, waitsMs } = await submitTo(lost, lost, lost, lost, accepted)
    t.equal(outcome, accepted)
    t.equal(sent.length, 5)
    for (const again of sent) t.same(again, sent[0])
    for (const [index, least] of [500, 1000, 2000, 2000].entries()) {
      t.ok(Number(waitsMs[index]) >= least)
      t.ok(Number(waitsMs[index]) <= 6000)
    }
  }
})

t.test('six dead connections are used up without waits, and the seventh attempt has time', async t => {
  const { outcome, sent, waitsMs, limitsMs } = await submitTo(late, late, late, late, late, late, accepted)
  t.equal(outcome, accepted)
  t.equal(new Set(sent.map(({ key }) => key)).size, 1)
  t.same(limitsMs, [4000, 4000, 4000, 4000, 4000, 4000, 30_000])
  t.same(waitsMs, [0, 0, 0, 0, 0, 0])
})

t.test('a server that says when to come back is obeyed', async t => {
  const { outcome, waitsMs } = await submitTo(refused(503, 'database-unavailable', 5), accepted)
  t.equal(outcome, accepted)
  t.same(waitsMs, [5000])
})

t.test('in the end the failure is reported, and the same sent again by its user has the same key', async t => {
  const { outcome, sent } = server(unreachable)
  t.equal(await outcome(), unreachable)
  const sends = sent.length
  t.ok(sends > 10 && sends < 100, String(sends))
  await outcome()
  t.equal(new Set(sent.map(({ key }) => key)).size, 1)
})

t.test('a key is used up by any answer', async t => {
  for (const answer of [accepted, refused(422), refused(503, 'queue-full', 1)]) {
    const { outcome, sent } = server(unreachable, answer, accepted)
    await outcome()
    await outcome()
    t.equal(sent[0]?.key, sent[1]?.key)
    t.not(sent[1]?.key, sent[2]?.key)
  }
})

t.test('a refusal is no lost answer, nor a server that will be away for long', async t => {
  const answers = [refused(400), refused(409), refused(422), refused(500), refused(429, undefined, 1)]
  for (const answer of [
    ...answers,
    refused(503, 'queue-full', 1),
    refused(503, undefined, 60),
    new TypeError('a bug'),
  ]) {
    const { outcome, sent } = await submitTo(answer, accepted)
    t.equal(outcome, answer)
    t.equal(sent.length, 1)
  }
})

t.test('offline, a message stands unsent, and goes by itself once at most', async t => {
  const network = new EventTarget()
  const globals = globalThis as unknown as Record<string, unknown>
  globals.addEventListener = network.addEventListener.bind(network)
  globals.removeEventListener = network.removeEventListener.bind(network)
  t.teardown(() => {
    delete globals.addEventListener
    delete globals.removeEventListener
  })
  const { outcome, sent, link, setOnline } = server(() => {
    // Away again in the middle of the first send.
    setOnline(false)
    return sent.length === 1 ? unreachable : accepted
  })
  setOnline(false)
  const states: string[] = []
  link.listen(() => states.push(link.state))
  const sending = outcome()
  const settled = () => new Promise(resolve => setImmediate(resolve))
  await settled()
  t.equal(link.state, 'unsent')
  t.equal(sent.length, 0)
  setOnline(true)
  network.dispatchEvent(new Event('online'))
  await settled()
  t.equal(sent.length, 1, 'it went by itself')
  t.equal(link.state, 'unsent')
  setOnline(true)
  network.dispatchEvent(new Event('online'))
  await settled()
  t.equal(sent.length, 1, 'once')
  link.sendNow()
  t.equal(await sending, accepted)
  t.equal(sent[0]?.key, sent[1]?.key)
  t.equal(link.state, 'up')
})
