import Fastify from 'fastify'
import t from 'tap'
import { closeConnectionsOnDrain } from '../../src/http/close-on-drain.ts'

t.test('connections are kept for later requests until the server is about to stop', async t => {
  let stopping = false
  const app = Fastify({ return503OnClosing: false })
  await app.register(closeConnectionsOnDrain, { stopping: () => stopping })
  app.get('/', async () => 'here')
  t.teardown(() => app.close())
  t.equal((await app.inject('/')).headers.connection, 'keep-alive')
  stopping = true
  t.equal((await app.inject('/')).headers.connection, 'close')
  t.equal((await app.inject('/nothing')).headers.connection, 'close')
})
