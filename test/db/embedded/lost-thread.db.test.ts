import { fileURLToPath } from 'node:url'
import t from 'tap'
import { anyRecord } from '../../support/any-record.ts'
import { ownStorage } from '../../support/conch.ts'
import { testDatabaseUrl } from '../../support/database.ts'
import { startServer } from '../../support/server-process.ts'
import { startUpstream } from '../../support/upstream.ts'
import { Visitor } from '../../support/visitor.ts'

const hook = fileURLToPath(new URL('../../support/lost-thread-hook.ts', import.meta.url))

t.test(
  'a server whose database thread ends says so in one line and ends; the next start has what was acknowledged',
  { skip: testDatabaseUrl ? 'on the embedded database only' : false },
  async t => {
    const upstream = await startUpstream(t, completion => completion.delta('처음에는 '))
    const env = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl }
    const server = await startServer({ ...env, NODE_OPTIONS: `--import ${hook}` })
    const visitor = new Visitor(server.url)
    const id = await visitor.record({ ...anyRecord, versions: 1 })
    const watcher = await visitor.watchTask(id)
    await watcher.until(({ texts }) => texts.get(0) === '처음에는 ')
    const before = server.output()
    t.equal(await server.kill('SIGUSR2'), 1)
    // The rest is the log, each line a JSON object.
    const said = server
      .output()
      .slice(before.length)
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('{'))
    t.equal(said.length, 1, said.join('\n'))
    t.match(said[0], /^conch: the embedded database has stopped.*nothing that was stored is lost: start again$/)
    await watcher.ended

    upstream.answer(completion => completion.delta('다시 쓴 글').finish())
    const next = await startServer(env)
    const again = new Visitor(next.url, visitor.cookie)
    t.equal((await again.finished(id)).text(0), '다시 쓴 글')
    t.equal(await next.kill('SIGTERM'), 0)
  },
)
