import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import fastifyStatic from '@fastify/static'
import { DrizzleQueryError } from 'drizzle-orm'
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { loggableError } from '../../src/base/loggable-error.ts'
import { Problem } from '../../src/base/problem.ts'
import { clientErrorHandler, frameworkErrors, problems } from '../../src/http/problems.ts'

/** An app with some routes, and the lines that it logs. */
async function appWith(t: Test, addRoutes: (app: FastifyInstance) => void = () => {}) {
  const log: string[] = []
  const stream = new Writable({
    write(line, _encoding, done) {
      log.push(String(line))
      done()
    },
  })
  const app = Fastify({
    logger: {
      level: 'info',
      stream,
      serializers: { err: error => ({ message: '', stack: '', ...loggableError(error) }) },
    },
    bodyLimit: 100,
    frameworkErrors,
    clientErrorHandler,
    routerOptions: { maxParamLength: 50 },
  })
  t.teardown(() => app.close())
  await app.register(problems)
  addRoutes(app)
  await app.ready()
  return { app, log }
}

/** Checks that a response is a problem, and which. */
function isProblem(t: Test, response: LightMyRequestResponse, status: number, code: string): Record<string, unknown> {
  t.equal(response.statusCode, status)
  t.match(response.headers['content-type'], /^application\/problem\+json/)
  const problem = response.json()
  t.match(problem, { type: 'about:blank', title: /./, status, detail: /./, code })
  return problem
}

t.test('a problem is sent as it is, with its headers and extensions', async t => {
  const { app } = await appWith(t, app => {
    app.get('/busy', async () => {
      throw new Problem({
        status: 503,
        code: 'queue-full',
        title: 'Queue full',
        detail: 'Try again.',
        headers: { 'retry-after': '7' },
        extensions: { waiting: 3, status: 200 },
      })
    })
  })
  const response = await app.inject('/busy')
  isProblem(t, response, 503, 'queue-full')
  t.same(response.json(), {
    type: 'about:blank',
    title: 'Queue full',
    status: 503,
    detail: 'Try again.',
    code: 'queue-full',
    waiting: 3,
  })
  t.equal(response.headers['retry-after'], '7')
})

t.test('an unavailable database is a 503 that reveals nothing of it', async t => {
  const { app, log } = await appWith(t, app => {
    app.get('/', async () => {
      throw new DrizzleQueryError('select secret', ['word'], new Error('Connection terminated unexpectedly'))
    })
    app.get('/mistake', async () => {
      throw new Error('no code')
    })
  })
  const response = await app.inject('/')
  isProblem(t, response, 503, 'database-unavailable')
  t.match(response.headers, { 'retry-after': /^\d+$/, 'cache-control': 'private, no-store' })
  t.notMatch(response.body + log.join(''), /secret|word/)
  isProblem(t, await app.inject('/mistake'), 500, 'internal-server-error')
})

t.test('a full database is a 503 with another code', async t => {
  const full = Object.assign(new Error('could not extend file'), { severity: 'ERROR', code: '53100' })
  const { app, log } = await appWith(t, app => {
    app.get('/', async () => {
      throw new DrizzleQueryError('insert secret', ['word'], full)
    })
  })
  const response = await app.inject('/')
  isProblem(t, response, 503, 'disk-full')
  t.match(response.headers, { 'retry-after': /^\d+$/ })
  t.match(log.join(''), 'request failed: the disk of the database is full')
  t.notMatch(response.body + log.join(''), /secret|word|does not answer/)
})

t.test('a response schema strips nothing of a problem, and headers set for the answer do not stay', async t => {
  const { app } = await appWith(t, app => {
    const response = { 409: { type: 'object', properties: { code: { type: 'string' } } } }
    app.get('/', { schema: { response } }, async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=3600').type('text/event-stream')
      throw new Problem({ status: 409, code: 'busy', title: 'Busy', detail: 'Wait.', extensions: { more: true } })
    })
  })
  const response = await app.inject('/')
  t.match(isProblem(t, response, 409, 'busy'), { more: true })
  t.equal(response.headers['cache-control'], 'private, no-store')
})

t.test('an unexpected error reveals nothing, and is logged under the id it names', async t => {
  const { app, log } = await appWith(t, app => {
    app.get('/sync', () => {
      throw new SyntaxError('Unexpected token in "hunter2"')
    })
    app.get('/async', async () => {
      throw Object.assign(new Error('hunter2'), { params: ['hunter2'], cause: new Error('hunter2') })
    })
    app.get('/status', async () => {
      throw Object.assign(new Error('hunter2'), { statusCode: 502 })
    })
    app.get('/text', async () => {
      throw 'hunter2'
    })
  })
  for (const url of ['/sync', '/async', '/status', '/text']) {
    const response = await app.inject({ url, headers: { cookie: 'hunter2', authorization: 'hunter2' } })
    const { detail } = isProblem(t, response, 500, 'internal-server-error')
    t.notMatch(response.body, /hunter2|node:|\.ts/)
    const entry = log.map(line => JSON.parse(line)).find(({ msg }) => msg === 'request failed')
    t.match(detail, `request id ${entry.reqId}.`)
    t.match(entry, { level: 50, err: { type: /./ } })
    t.notMatch(log.join(), 'hunter2')
    log.length = 0
  }
})

t.test('an error of the client keeps its status, with a text of ours', async t => {
  const { app, log } = await appWith(t, app => {
    app.get('/teapot', async () => {
      throw Object.assign(new Error('hunter2'), { statusCode: 418 })
    })
  })
  const response = await app.inject('/teapot')
  isProblem(t, response, 418, 'i-m-a-teapot')
  t.notMatch(response.body + log.join(), 'hunter2')
})

t.test('a body that cannot be read is refused', async t => {
  const { app } = await appWith(t, app => {
    app.post('/', async () => 'ok')
  })
  const post = (payload: string, type = 'application/json') =>
    app.inject({ method: 'POST', url: '/', payload, headers: { 'content-type': type } })
  for (const payload of ['{"hunter2', '', '{"__proto__": {}}']) {
    const response = await post(payload)
    isProblem(t, response, 400, 'malformed-json')
    t.notMatch(response.body, 'hunter2')
  }
  const tooLarge = await post(`"${'x'.repeat(100)}"`)
  t.match(isProblem(t, tooLarge, 413, 'payload-too-large').detail, 'at most 100 bytes')
  isProblem(t, await post('a,b', 'text/csv'), 415, 'unsupported-media-type')
  isProblem(t, await post('a', '🌊'), 415, 'unsupported-media-type')
})

t.test('a request that a schema refuses says where and why', async t => {
  const { app } = await appWith(t, app => {
    app.get('/:id', { schema: { params: { properties: { id: { format: 'uuid' } } } } }, async () => 'ok')
    app.get('/', { schema: { querystring: { properties: { limit: { type: 'integer' } } } } }, async () => 'ok')
  })
  const params = isProblem(t, await app.inject('/hunter2'), 400, 'invalid-request')
  t.same(params.errors, [{ in: 'params', pointer: '/id', detail: 'must match format "uuid"' }])
  const query = isProblem(t, await app.inject('/?limit=hunter2'), 400, 'invalid-request')
  t.same(query.errors, [{ in: 'query', pointer: '/limit', detail: 'must be integer' }])
})

t.test('an address without a route is 404, whatever is sent to it', async t => {
  const { app } = await appWith(t)
  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const)
    isProblem(t, await app.inject({ method, url: '/hunter2?a=b' }), 404, 'not-found')
  for (const type of ['application/x-www-form-urlencoded', 'application/json', 'hunter2']) {
    const headers = { 'content-type': type }
    const response = await app.inject({ method: 'POST', url: '/hunter2', payload: 'hunter2=', headers })
    isProblem(t, response, 404, 'not-found')
    t.notMatch(response.body, 'hunter2')
  }
})

t.test('a route may answer 404 itself', async t => {
  const { app } = await appWith(t, app => {
    app.get('/file', (_request, reply) => reply.callNotFound())
    app.post('/file', async () => 'ok')
  })
  isProblem(t, await app.inject('/file'), 404, 'not-found')
})

t.test('an address that takes other methods is 405 and says which, whatever is sent to it', async t => {
  const { app } = await appWith(t, app => {
    app.post('/api/tasks/:id/cancel', async () => 'ok')
    app.register(
      async app => {
        app.get('/:id', async () => 'ok')
        app.put('/:id', async () => 'ok')
      },
      { prefix: '/api/records' },
    )
  })
  const cancel = await app.inject('/api/tasks/1/cancel?a=b')
  t.match(isProblem(t, cancel, 405, 'method-not-allowed'), { detail: /POST only/ })
  t.equal(cancel.headers.allow, 'POST')
  const headers = { 'content-type': 'application/json' }
  const record = await app.inject({ method: 'DELETE', url: '/api/records/%EA%B0%81', payload: '{', headers })
  isProblem(t, record, 405, 'method-not-allowed')
  t.equal(record.headers.allow, 'GET, HEAD, PUT')
  isProblem(t, await app.inject('/api/tasks/1/2/cancel'), 404, 'not-found')
})

t.test('a catch-all for files makes no address exist', async t => {
  const root = t.testdir({ 'page.html': 'hello' })
  const { app } = await appWith(t, app => {
    app.register(fastifyStatic, { root })
    app.post('/api/tasks', async () => 'ok')
  })
  t.equal((await app.inject('/page.html')).body, 'hello')
  isProblem(t, await app.inject('/nothing.html'), 404, 'not-found')
  isProblem(t, await app.inject({ method: 'POST', url: '/nothing' }), 404, 'not-found')
  isProblem(t, await app.inject('/api/tasks'), 405, 'method-not-allowed')
})

t.test('a HEAD request gets the headers alone', async t => {
  const { app } = await appWith(t)
  const response = await app.inject({ method: 'HEAD', url: '/nothing' })
  t.equal(response.statusCode, 404)
  t.match(response.headers['content-type'], 'application/problem+json')
})

t.test('a malformed or too long address is a problem too', async t => {
  const { app, log } = await appWith(t, app => {
    app.get('/api/tasks/:id', async () => 'ok')
  })
  const malformed = await app.inject('/%zzhunter2')
  isProblem(t, malformed, 400, 'bad-request')
  t.notMatch(malformed.body, 'hunter2')
  isProblem(t, await app.inject(`/api/tasks/${'x'.repeat(51)}`), 414, 'uri-too-long')
  t.notMatch(log.join(), 'request failed')
})

t.test('an address that is only a star is refused, except for OPTIONS', async t => {
  const { app } = await appWith(t, app => {
    app.get('/', async () => 'the page')
    app.post('/', async () => 'ok')
  })
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const)
    for (const target of ['*', '*?a=b', '*page']) {
      const answer = await ask(t, app, `${method} ${target}`)
      t.match(answer, /^HTTP\/1\.1 400 /, `${method} ${target}`)
      if (method !== 'HEAD') t.match(answer, /"code":"bad-request"/)
    }
  t.match(await ask(t, app, 'OPTIONS *'), /^HTTP\/1\.1 40[45] /, 'which may ask about the server')
  t.match(await ask(t, app, 'GET http://conch/'), /^HTTP\/1\.1 200 .*the page/s, 'as proxies write it')
})

/** The answer to a request without a body, byte for byte. */
async function ask(t: Test, app: FastifyInstance, methodAndTarget: string): Promise<string> {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  socket.write(`${methodAndTarget} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  return text(socket)
}

t.test('a stream that fails before its first byte is a problem', async t => {
  const { app } = await appWith(t, app => {
    app.get('/', (_request, reply) => {
      reply.send(
        new Readable({
          read() {
            this.destroy(new Error('hunter2'))
          },
        }),
      )
    })
  })
  isProblem(t, await app.inject('/'), 500, 'internal-server-error')
})

t.test('a malformed request gets a problem where possible, and the next one is answered', async t => {
  const { app, log } = await appWith(t, app => {
    app.get('/', async () => 'hello')
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const answerTo = async (request: string) => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(request)
    return text(socket)
  }
  const ask = 'GET / HTTP/1.1\r\nConnection: close\r\n'
  const tooLong = await answerTo(`${ask}Host: a\r\nCookie: ${'hunter2'.repeat(5000)}\r\n\r\n`)
  t.match(
    tooLong,
    /^HTTP\/1\.1 431 .*\r\nContent-Type: application\/problem\+json\r\n.*"code":"request-header-fields-too-large"/s,
  )
  t.match(
    await answerTo('HELLO hunter2\r\n\r\n'),
    /^HTTP\/1\.1 400 .*application\/problem\+json.*"code":"bad-request"/s,
  )
  t.match(await answerTo(`${ask}\r\n`), /^HTTP\/1\.1 400 /)
  t.match(await answerTo(`${ask}Host: a b\\/[::\r\n\r\n`), /^HTTP\/1\.1 200 /)
  t.match(await answerTo(`${ask}Host: a\r\nHost: b\r\n\r\n`), /^HTTP\/1\.1 /)
  t.match(await answerTo(`${ask}Host: a\r\n\r\n`), /^HTTP\/1\.1 200 .*hello$/s)
  t.notMatch(log.join(), 'hunter2')
})
