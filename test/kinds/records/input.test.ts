import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { problems } from '../../../src/http/problems.ts'
import { useStrictValidation } from '../../../src/http/validation.ts'
import { categories } from '../../../src/kinds/records/category.ts'
import { RecordInput } from '../../../src/kinds/records/input.ts'

const least = { category: 'subject', observations: '관찰함.' }

/** The result of a request with these members: the validated body, or the problem it is refused with. */
async function answers(t: Test) {
  const app = Fastify()
  t.teardown(() => app.close())
  useStrictValidation(app)
  await app.register(problems)
  app.post('/', { schema: { body: RecordInput } }, async request => request.body)
  return async (members: Record<string, unknown>) => {
    const payload = JSON.stringify({ ...least, ...members })
    const response = await app.inject({
      method: 'POST',
      url: '/',
      payload,
      headers: { 'content-type': 'application/json' },
    })
    return { status: response.statusCode, body: response.json() }
  }
}

t.test('a category and observations are enough, for three versions', async t => {
  const answer = await answers(t)
  // Nothing that came later is filled in: an idempotency key stands for the same request as before there were levels.
  t.same(await answer({}), { status: 200, body: { ...least, versions: 3 } })
})

t.test('every category is accepted, and no other', async t => {
  const answer = await answers(t)
  for (const category of categories) t.equal((await answer({ category })).status, 200, category)
  for (const category of ['Subject', '', 'constructor', null, 0, ['subject']]) {
    const { status, body } = await answer({ category })
    t.equal(status, 400, String(category))
    t.same(
      body.errors.map(({ pointer }: { pointer: string }) => pointer),
      ['/category'],
    )
    t.match(body.errors[0].detail, /^must be one of "subject", /)
  }
})

t.test('each field is accepted up to its limit and refused beyond it, with a pointer to it', async t => {
  const answer = await answers(t)
  const limits: [string, unknown, unknown, string?][] = [
    ['subject', '가'.repeat(100), '가'.repeat(101)],
    ['subject', '가', ''],
    ['observations', '가'.repeat(20_000), '가'.repeat(20_001)],
    ['observations', '🌊'.repeat(20_000), '🌊'.repeat(20_001)],
    ['observations', '가', ''],
    ['observations', ' 가 ', ' \n\t\u3000\u00a0'],
    ['keywords', [], 'word'],
    ['keywords', Array(20).fill('낱말'), Array(21).fill('낱말')],
    ['keywords', ['가'.repeat(50)], ['가', '가'.repeat(51)], '/keywords/1'],
    ['keywords', ['가'], [''], '/keywords/0'],
    ['tone', '가'.repeat(100), '가'.repeat(101)],
    ['tone', '가', ''],
    ['targetBytes', 100, 99],
    ['targetBytes', 9000, 9001],
    ['targetBytes', 300, 300.5],
    ['targetBytes', 300, '300'],
    ['schoolLevel', 'middle', 'Middle'],
    ['schoolYear', 2000, 1999],
    ['schoolYear', 2100, 2101],
    ['schoolYear', 2026, '2026'],
    ['versions', 1, 0],
    ['versions', 5, 6],
    ['versions', 3, '3'],
    ['versions', 3, 2.5],
    ['versions', 3, null],
    ['label', '2-3-15'.padEnd(50, '.'), '2-3-15'.padEnd(51, '.')],
    ['label', '0', ''],
    ['label', '0', 0],
  ]
  for (const [field, most, tooMuch, pointer = `/${field}`] of limits) {
    const taken = await answer({ [field]: most })
    t.equal(taken.status, 200, `${field} ${short(most)}`)
    t.same(taken.body[field], most)
    const refused = await answer({ [field]: tooMuch })
    t.equal(refused.status, 400, `${field} ${short(tooMuch)}`)
    t.match(refused.body, { code: 'invalid-request', errors: [{ pointer }] })
  }
})

t.test('a missing required member is refused', async t => {
  const answer = await answers(t)
  for (const name of ['category', 'observations']) {
    const { status, body } = await answer({ [name]: undefined })
    t.equal(status, 400)
    t.same(body.errors, [{ pointer: `/${name}`, detail: 'is missing' }])
  }
})

t.test('an unknown member is refused, so that nothing a teacher wrote is lost by a misspelt name', async t => {
  const answer = await answers(t)
  for (const name of ['observation', 'marks', 'bytes', 'id', 'ownerId', '', '~/']) {
    const { status, body } = await answer({ [name]: 'x' })
    t.equal(status, 400, name)
    const pointer = `/${name.replace('~', '~0').replace('/', '~1')}`
    t.same(body.errors, [{ pointer, detail: 'is not known here' }])
  }
})

t.test('characters that databases dislike are characters like others', async t => {
  const answer = await answers(t)
  const odd = '\u0000\ud800 \udc00\uffff\u2028'
  const { status, body } = await answer({ subject: odd, observations: odd, keywords: [odd], tone: odd, label: odd })
  t.equal(status, 200)
  t.match(body, { subject: odd, observations: odd, keywords: [odd], tone: odd, label: odd })
})

function short(value: unknown): string {
  return JSON.stringify(value).slice(0, 20)
}
