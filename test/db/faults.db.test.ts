import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { DrizzleQueryError } from 'drizzle-orm'
import pg from 'pg'
import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { DecryptionFailed } from '../../src/db/encrypted.ts'
import { DatabaseUnavailable, isDatabaseFault, isTransientFault } from '../../src/db/faults.ts'
import { records } from '../../src/kinds/records/tables.ts'
import { anyRecord } from '../support/any-record.ts'
import { ownStorage, startConch } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { allowConnections, disconnectAll } from '../support/postgres-faults.ts'
import { startUpstream } from '../support/upstream.ts'

/** An error as the database sends it. */
function sent(code: string): Error {
  return Object.assign(new Error(code), { severity: 'ERROR', code })
}

const node = (code: string) => Object.assign(new Error(code), { code })

t.test('a fault that passes is transient', async t => {
  for (const code of ['08006', '40001', '40P01', '53300', '55000', '55P03', '57P01', '57P03', '25006', '25P03'])
    t.equal(isTransientFault(sent(code)), true, code)
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])
    t.equal(isTransientFault(node(code)), true, code)
  t.equal(isTransientFault(new Error('Connection terminated unexpectedly')), true)
  t.equal(isTransientFault(new Error('timeout exceeded when trying to connect')), true)
})

t.test('a fault that would come again is not', async t => {
  for (const code of ['23505', '23503', '42601', '42P01', '22021', '22P02', '28P01', '3D000', '25P02'])
    t.equal(isTransientFault(sent(code)), false, code)
  for (const mistake of [new TypeError('x'), new RangeError('x'), new ReferenceError('x')])
    t.equal(isTransientFault(mistake), false)
  t.equal(
    isTransientFault(new DecryptionFailed(records.subject, 'a', { keyId: 'k', fault: 'damaged', reason: 'no' })),
    false,
  )
})

t.test('the cause of an error counts, however it was wrapped', async t => {
  const wrapped = (cause: Error) => new Error('saving failed', { cause: new DrizzleQueryError('select', [], cause) })
  t.equal(isTransientFault(wrapped(sent('57P01'))), true)
  t.equal(isTransientFault(wrapped(sent('23505'))), false)
  t.equal(isTransientFault(wrapped(node('ECONNRESET'))), true)
  t.equal(isTransientFault(wrapped(new TypeError('x'))), false)
})

t.test('a fault of the database is identified by its origin, not by a missing code', async t => {
  const broken = new Error('Connection terminated unexpectedly')
  t.equal(isDatabaseFault(new DrizzleQueryError('select', [], broken)), true)
  t.equal(isDatabaseFault(new DatabaseUnavailable(broken)), true)
  t.equal(isDatabaseFault(new DatabaseUnavailable(node('ECONNREFUSED'))), true)
  t.equal(isDatabaseFault(new DatabaseUnavailable(sent('28P01'))), false, 'a wrong password stays wrong')
  t.equal(isDatabaseFault(new DrizzleQueryError('selec', [], sent('42601'))), false)
  t.equal(isDatabaseFault(broken), false)
})

t.test('a server that hangs up or is not there is transient', async t => {
  const server = createServer(socket => socket.destroy())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const failure = async () => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'x', database: 'x' })
    client.on('error', () => {})
    return client.connect().then(
      () => undefined,
      (error: unknown) => error,
    )
  }
  const hungUp = await failure()
  t.ok(hungUp instanceof Error && isTransientFault(hungUp))
  server.close()
  await once(server, 'close')
  const gone = await failure()
  t.match(gone, { code: 'ECONNREFUSED' })
  t.ok(isTransientFault(gone))
})

t.test('Postgres', { skip: !testDatabaseUrl }, async t => {
  const storage = await ownStorage(t)
  const databaseUrl = storage.DATABASE_URL as string
  const upstream = await startUpstream(t)
  const { visitor } = await startConch(t, { ...storage, OPENAI_BASE_URL: upstream.baseUrl })
  const mine = visitor()
  await mine.json('GET', '/api/tasks')

  t.test('connections that are ended under load, again and again, end neither the process nor a task', async t => {
    upstream.reset(completion => completion.delta('글 '))
    const accepted: string[] = []
    const refused = new Set<number>()
    for (let round = 0; round < 10; round++) {
      const posts = Array.from({ length: 4 }, () => mine.json<{ taskId: string }>('POST', '/api/records', anyRecord))
      const [answers] = await Promise.all([Promise.all(posts), disconnectAll(databaseUrl)])
      for (const { status, body } of answers) {
        if (status === 202) accepted.push(body.taskId)
        else refused.add(status)
      }
    }
    for (const status of refused) t.equal(status, 503)
    while (accepted.length < 5) accepted.push(await mine.record(anyRecord))
    upstream.answer(completion => completion.delta('글 ', '끝.').finish())
    for (const completion of upstream.completions) {
      if (!completion.response.writableEnded && !completion.response.destroyed) completion.delta('끝.').finish()
    }
    for (let round = 0; round < 20; round++) await disconnectAll(databaseUrl)
    const tasks = await mine.json<{ items: { id: string }[] }>('GET', '/api/tasks?limit=100')
    const ids = tasks.body.items.map(({ id }) => id)
    for (const id of accepted) t.ok(ids.includes(id))
    // Among them those whose POST was refused after all: the connection broke between the commit and its answer.
    for (const id of ids) {
      while (!(await mine.finished(id)).done);
      const task = await mine.task(id)
      t.equal(task.status, 'completed')
      t.same(new Set(task.outputs.map(({ text }) => text)), new Set(['글 끝.']))
      t.equal((await mine.json('GET', `/api/records/${id}`)).status, 200)
    }
  })

  t.test('while the database is unavailable nothing is ready, no reader sees an end, and nothing is lost', async t => {
    upstream.reset(completion => completion.delta('글 '))
    const id = await mine.record({ ...anyRecord, versions: 1 })
    const watcher = await mine.watchTask(id)
    await watcher.until(({ texts }) => texts.get(0) === '글 ')
    t.equal((await mine.fetch('/readyz')).status, 200)
    await allowConnections(databaseUrl, false)
    const away = await mine.json('GET', '/readyz')
    t.match(away, { status: 503, body: { status: 'database unavailable' } })
    t.equal((await mine.fetch('/healthz')).status, 200)
    const metrics = await (await mine.fetch('/metrics')).text()
    t.match(metrics, /^conch_queued_tasks nan$/im)
    t.match(metrics, /^conch_running_outputs 1$/m)
    upstream.completions[0]?.delta('끝.').finish()
    await watcher.until(({ chunks }) => JSON.stringify(chunks).includes('"stage":"saving"'))
    t.notOk(watcher.transcript.types().includes('finish'))
    const refused = await mine.json('GET', `/api/tasks/${id}`)
    t.match(refused, { status: 503, body: { code: 'database-unavailable' } })
    t.equal(refused.headers.get('retry-after'), '5')
    t.notMatch(JSON.stringify(refused.body), /postgres|conch_test|ECONN|127\.0/)
    const late = await mine.watchTask(id)
    await late.until(({ texts }) => texts.get(0) === '글 끝.')
    t.notOk(late.transcript.types().includes('finish'), 'a new reader follows a task that runs here all the same')
    for (const path of [`/api/tasks/${uuidv7()}/events`, '/api/me/events']) {
      const sentAway = await mine.watch(path)
      t.match(sentAway.response, { status: 200 }, 'or an EventSource would give up for good')
      await sentAway.ended
      t.match(sentAway.raw, /^: open\nretry: \d+\n\n$/)
      t.ok(sentAway.brokenOff, 'broken off, not ended')
    }
    await allowConnections(databaseUrl, true)
    for (const { ended, transcript } of [watcher, late]) {
      await ended
      t.ok(transcript.done)
    }
    t.match(await mine.task(id), { status: 'completed', outputs: [{ text: '글 끝.' }] })
    t.equal((await mine.fetch('/readyz')).status, 200)
  })
})
