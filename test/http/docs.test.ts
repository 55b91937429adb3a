import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { docs } from '../../src/http/docs.ts'
import { pages } from '../../src/http/pages/pages.ts'
import { pageFacts } from '../support/page-facts.ts'

async function appFor(t: Test) {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(docs, { version: '1.2.3' })
  app.get(
    '/api/things/:id',
    {
      schema: {
        tags: ['tasks'],
        summary: 'A thing',
        params: Type.Object({ id: Type.String({ description: 'Its id.' }) }),
        querystring: Type.Object({ limit: Type.Integer({ default: 20 }), since: Type.String() }),
      },
    },
    async () => 'ok',
  )
  app.post('/api/things', { schema: { body: Type.Object({ name: Type.String() }) } }, async () => 'ok')
  await app.register(pages, { pages: 'bundled', facts: () => pageFacts })
  return app
}

t.test('the description is made from the routes and their schemas', async t => {
  const app = await appFor(t)
  const response = await app.inject('/docs/json')
  t.equal(response.statusCode, 200)
  const { openapi, info, paths } = response.json()
  t.equal(openapi, '3.1.0')
  t.match(info, { title: 'Conch', version: '1.2.3', license: { name: 'MIT' } })
  t.match(paths['/api/things/{id}'].get, { summary: 'A thing', tags: ['tasks'] })
  t.match(paths['/api/things'].post.requestBody.content['application/json'].schema, {
    required: ['name'],
    properties: { name: { type: 'string' } },
  })
})

t.test('a query parameter with a default need not be sent', async t => {
  const app = await appFor(t)
  const { parameters } = (await app.inject('/docs/json')).json().paths['/api/things/{id}'].get
  const required = Object.fromEntries(
    parameters.map(({ name, required }: { name: string; required: boolean }) => [name, required]),
  )
  t.same(required, { id: true, limit: false, since: true })
})

t.test('files of the page are not part of the API', async t => {
  const app = await appFor(t)
  t.same(Object.keys((await app.inject('/docs/json')).json().paths).sort(), ['/api/things', '/api/things/{id}'])
})

t.test('the page at /docs loads, and every file of ours it names', async t => {
  const app = await appFor(t)
  const page = await app.inject('/docs')
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-type'], 'text/html')
  const names = Array.from(page.body.matchAll(/(?:src|href)="([^"]+)"/g), ([, name]) => String(name))
  t.ok(names.length > 3)
  for (const name of names) {
    const { pathname, host } = new URL(name, 'http://conch/docs/')
    t.equal(host, 'conch', 'nothing from elsewhere')
    t.equal((await app.inject(pathname)).statusCode, 200, pathname)
  }
})
