import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { operator } from '../../src/http/operator.ts'
import { problems } from '../../src/http/problems.ts'

const token = 'a-token-for-operators-0123456789=='

async function appFor(t: Test) {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(problems)
  await app.register(operator, { token })
  app.get('/secret', { onRequest: app.operatorsOnly }, async () => 'for operators')
  app.post('/secret', { onRequest: app.operatorsOnly }, async () => 'for operators')
  app.get('/public', async () => 'for all')
  return app
}

t.test('a request with the token passes', async t => {
  const app = await appFor(t)
  for (const authorization of [`Bearer ${token}`, `bearer ${token}`, `BEARER  ${token} `]) {
    const response = await app.inject({ url: '/secret', headers: { authorization } })
    t.equal(response.body, 'for operators', authorization)
  }
})

t.test('every other request gets one and the same answer', async t => {
  const app = await appFor(t)
  const wrong = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token}x`,
    `Bearer ${token} ${token}`,
    `Bearer ${token.toUpperCase()}`,
    `Basic ${token}`,
    token,
  ]
  for (const authorization of wrong) {
    const response = await app.inject({ url: '/secret', headers: authorization === undefined ? {} : { authorization } })
    t.equal(response.statusCode, 401, `${authorization}`)
    t.equal(response.headers['www-authenticate'], 'Bearer')
    t.match(response.headers['content-type'], 'application/problem+json')
    t.same(response.json(), {
      type: 'about:blank',
      title: 'Operators only',
      status: 401,
      detail: 'This address asks for the operator token: Authorization: Bearer <OPERATOR_TOKEN>.',
      code: 'operators-only',
    })
  }
})

t.test('nothing else of a refused request is read', async t => {
  const app = await appFor(t)
  const headers = { 'content-type': 'application/json' }
  const response = await app.inject({ method: 'POST', url: '/secret', headers, payload: '{not json' })
  t.equal(response.statusCode, 401)
})

t.test('routes without the hook are open to all', async t => {
  const app = await appFor(t)
  t.equal((await app.inject('/public')).body, 'for all')
})
