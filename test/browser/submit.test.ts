import t from 'tap'
import { type Call, Refused, Unreachable } from '../../public/api.js'
import { submit } from '../../public/submit.js'

const body = { topic: '태양계' }

/** Submits to a server that answers with these, one after the other; tells what it was sent and how long was waited. */
async function submitTo(...answers: unknown[]) {
  const sent: { method: string; path: string; body?: unknown; key?: string }[] = []
  const waitsMs: number[] = []
  const call = (async (method, path, { body, headers } = {}) => {
    sent.push({ method, path, body, key: headers?.['idempotency-key'] })
    const answer = answers[sent.length - 1]
    if (answer instanceof Error) throw answer
    return answer
  }) as Call
  const outcome = await submit(call, '/quizzes', body, async ms => waitsMs.push(ms)).catch(error => error)
  return { outcome, sent, waitsMs }
}

const unreachable = new Unreachable('no answer')
const refused = (status: number, code?: string, retryAfter?: number) => new Refused(status, { code }, retryAfter)
const accepted = { taskId: '0198-a' }

t.test('what is answered is sent once, each time with another key', async t => {
  const [first, second] = [await submitTo(accepted), await submitTo(accepted)]
  t.equal(first.outcome, accepted)
  t.match(first.sent, [{ method: 'POST', path: '/quizzes', body, key: /^[0-9a-f]{32}$/ }])
  t.equal(first.sent.length, 1)
  t.not(first.sent[0]?.key, second.sent[0]?.key)
})

t.test('when the answer is lost, the same is sent again with the same key, after waits that grow', async t => {
  for (const lost of [unreachable, refused(502), refused(503), refused(504), refused(503, 'database-unavailable', 0)]) {
    const { outcome, sent, waitsMs } = await submitTo(lost, lost, lost, accepted)
    t.equal(outcome, accepted)
    t.equal(sent.length, 4)
    for (const again of sent) t.same(again, sent[0])
    for (const [index, least] of [500, 1000, 2000].entries()) {
      t.ok(Number(waitsMs[index]) >= least)
      t.ok(Number(waitsMs[index]) <= least * 3)
    }
  }
})

t.test('a server that says when to come back is obeyed', async t => {
  const { outcome, waitsMs } = await submitTo(refused(503, 'database-unavailable', 5), accepted)
  t.equal(outcome, accepted)
  t.same(waitsMs, [5000])
})

t.test('in the end the failure is reported', async t => {
  const { outcome, sent } = await submitTo(refused(502), unreachable, refused(503), unreachable, accepted)
  t.equal(outcome, unreachable)
  t.equal(sent.length, 4)
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
