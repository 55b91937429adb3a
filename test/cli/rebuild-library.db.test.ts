import t from 'tap'
import { runCommand } from '../support/command.ts'
import { ownStorage } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { Library } from '../support/library.ts'
import { confirmedRecord } from '../support/rotation.ts'
import { startServer } from '../support/server-process.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

t.test('the command has it done beside a server, or does it itself', async t => {
  const upstream = await startUpstream(t)
  const storage = await ownStorage(t)
  const server = await startServer({ ...storage, OPENAI_BASE_URL: upstream.baseUrl })
  t.teardown(() => server.kill('SIGKILL'))
  const visitor = new Visitor(server.url)
  await new Library(visitor).has(await confirmedRecord(visitor))

  const beside = await runCommand('rebuild-library.ts', { ...storage, PORT: new URL(server.url).port })
  t.equal(beside.code, 0, beside.stderr)
  t.match(beside.stdout, /^The library is rebuilt: entries written: record 1, .*; removed: 0\.$/m)
  if (!testDatabaseUrl) t.match(beside.stdout, `is in use by process ${server.pid}: asking it to do this.`)
  t.equal(await server.kill('SIGTERM'), 0)

  const alone = await runCommand('rebuild-library.ts', storage)
  t.equal(alone.code, 0, alone.stderr)
  t.match(alone.stdout, /^The library is rebuilt: entries written: record 1, /m)
  t.notMatch(alone.stdout, 'in use')
})
