import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { openFilesLimit, withinOpenFiles } from '../../src/app/open-files.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { anyRecord } from '../support/any-record.ts'
import { ownStorage } from '../support/conch.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { Visitor } from '../support/visitor.ts'

const withModel = { OPENAI_BASE_URL: 'http://localhost:11434/v1' }

t.test('where there is room for all, the settings stay as they are', async t => {
  for (const env of [{}, withModel, { MAX_CONNECTIONS: '3', MAX_RUNNING_OUTPUTS: '1' }]) {
    const config = readConfig(env)
    t.same(withinOpenFiles(config, Number.POSITIVE_INFINITY), config)
    t.same(withinOpenFiles(config, 20_000), config)
  }
})

t.test('connections and texts share the descriptors left beside the database, files and the rest', async t => {
  for (const limit of [400, 512, 1024, 4096]) {
    for (const [env, perText] of [
      [{}, 2],
      [withModel, 1],
    ] as const) {
      const { maxConnections, maxRunningOutputs, summaryConcurrency } = withinOpenFiles(readConfig(env), limit)
      const used = maxConnections + (maxRunningOutputs + summaryConcurrency) * perText
      t.ok(used <= limit - 256, `${used} of ${limit}`)
      t.ok(maxConnections >= (limit - 304) / 2 - 1)
      t.ok(maxRunningOutputs >= Math.min(1000, (limit - 304) / 4 / perText))
    }
  }
})

t.test('at a limit that is too low for anything, some clients are served all the same', async t => {
  t.match(withinOpenFiles(readConfig({}), 64), { maxConnections: 16, maxRunningOutputs: 5, summaryConcurrency: 1 })
  t.match(withinOpenFiles(readConfig({ MAX_CONNECTIONS: '2', MAX_RUNNING_OUTPUTS: '1' }), 64), {
    maxConnections: 2,
    maxRunningOutputs: 1,
  })
})

t.test('the limit is that of the process', async t => {
  const command = `import('${new URL('../../src/app/open-files.ts', import.meta.url)}').then(m => console.log(m.openFilesLimit()))`
  const said = execFileSync('sh', ['-c', 'ulimit -n 77 && exec "$@"', 'sh', process.execPath, '-e', command])
  t.equal(String(said), '77\n')
  t.ok(openFilesLimit() > 77)
})

t.test('700 silent bodies at a limit of 512 open files shut out no one, and are logged', async t => {
  const server = await startServer(
    { ...(await ownStorage(t)), LOG_LEVEL: 'info', PAGES: 'bundled', DEMO_TOKENS_PER_SECOND: '1000' },
    { openFiles: 512 },
  )
  t.teardown(() => server.kill('SIGKILL'))
  const connected = new Visitor(server.url)
  const events = await connected.watch('/api/me/events')
  await events.until(({ chunks }) => chunks.some(({ type }) => type === 'data-unread'))

  await Promise.all(Array.from({ length: 700 }, () => silentBody(t, server)))
  const id = await connected.record(anyRecord)
  t.ok((await connected.finished(id)).done)
  t.match(await connected.task(id), { status: 'completed' }, 'the model, the database and files have their descriptors')
  await events.until(({ chunks }) => chunks.some(chunk => chunk.id === id && chunk.data?.status === 'completed'))
  events.leave()

  const newcomer = new Visitor(server.url)
  t.match(await (await newcomer.fetch('/')).text(), /<html/)
  t.equal((await newcomer.json('GET', '/api/tasks')).status, 200)
  const metrics = await (await newcomer.fetch('/metrics')).text()
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])
  t.ok(value('conch_connections') <= value('conch_max_connections'))
  t.ok(value('conch_max_connections') < 512)
  t.ok(value('conch_connections_closed_total{reason="replaced"}'.replaceAll(/[{}"]/g, '\\$&')) > 100)
  t.match(server.output(), /connections of clients are near their limit/)
  t.match(server.output(), /the limit of open files leaves room for fewer/)
})

/** A request whose body never comes. Resolves when the server has accepted or refused the connection. */
async function silentBody(t: Test, { url }: ServerProcess): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(
    'POST /api/records HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n',
  )
  socket.resume()
  return socket
}
