import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { ownStorage, startConch } from '../support/conch.ts'
import { openRaw, type RawDatabase } from '../support/raw-database.ts'
import { type Script, startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

const marker = 'MARKER-마당'
const marked = {
  ...anyRecord,
  observations: `${marker} 관찰`,
  subject: `${marker} 과목`,
  label: `${marker} 표지`,
  tone: `${marker} 말투`,
  keywords: [`${marker} 낱말`],
  versions: 2,
}

t.test('who has the database has nothing that was written by users or the model', async t => {
  const storage = await ownStorage(t)
  const { conch, upstream, visitor } = await conchOn(t, storage, completion =>
    completion.delta(`${marker} 글 `, marker).finish(),
  )
  const id = await visitor.record(marked)
  await visitor.finished(id)
  await visitor.json('PUT', `/api/records/${id}`, { output: 0, text: `${marker} 고친 글`, confirmed: true })
  upstream.answer(completion => {
    completion.frame({ id: 'c', choices: [{ index: 0, delta: { refusal: marker }, finish_reason: null }] })
    completion.finish()
  })
  await visitor.finished(await visitor.record(marked))
  upstream.answer(() => {})
  upstream.completions.length = 0
  const waiting = await visitor.record(marked)
  await upstream.requested(2)
  t.equal((await visitor.task(waiting)).status, 'running')
  await conch.close()

  const raw = await openRaw(t, storage)
  t.same(await tablesWith(raw, marker), [])
  t.match(await tablesWith(raw, 'record'), ['public.tasks'], 'a word that is stored in the clear is found')
  const [kept] = await raw.query('select count(*)::int as jobs from pgboss.job')
  t.ok(Number(kept?.jobs) > 0, 'jobs were looked through, too')
  await raw.close()
  if (storage.DATABASE_URL) return
  t.same(await filesWith(storage.DATA_DIR, marker), [])
  t.ok((await filesWith(storage.DATA_DIR, 'preparing')).length > 0, 'a word that is stored in the clear is found')
})

t.test('a value that was moved to another row is refused, and neither answer nor log tells it', async t => {
  const storage = await ownStorage(t)
  const first = await conchOn(t, storage, completion => completion.delta(marker).finish())
  const [one, two, three] = [
    await first.visitor.record({ ...marked, subject: `${marker} 하나` }),
    await first.visitor.record({ ...marked, subject: `${marker} 둘` }),
    await first.visitor.record(marked),
  ]
  for (const id of [one, two, three]) await first.visitor.finished(id)
  await first.conch.close()

  const raw = await openRaw(t, storage)
  await raw.query('update records set subject = (select subject from records where id = $2) where id = $1', [one, two])
  await raw.query(
    `update outputs set text = (select text from outputs where task_id = $1 and index = 1)
     where task_id = $1 and index = 0`,
    [two],
  )
  await raw.close()

  const second = await conchOn(t, storage, () => {})
  const visitor = new Visitor(second.conch.url, first.visitor.cookie)
  for (const path of [`records/${one}`, `records/${two}`, `tasks/${two}`, `tasks/${two}/events`, 'records']) {
    const { status, body } = await visitor.json('GET', `/api/${path}`)
    t.equal(status, 500, path)
    t.match(body, { code: 'internal-server-error' })
    t.notMatch(JSON.stringify(body), /MARKER|DECRYPT/)
  }
  t.equal((await visitor.json('GET', `/api/records/${three}`)).status, 200, 'the others are read')
  t.equal((await visitor.json('GET', `/api/tasks/${one}`)).status, 200)
  const log = second.log.join('')
  t.match(log, /cannot decrypt records\.subject/)
  t.match(log, /cannot decrypt outputs\.text/)
  t.notMatch(log, 'MARKER')
})

t.test('a task whose input cannot be read fails, and holds up nobody', async t => {
  const storage = await ownStorage(t)
  const first = await conchOn(t, storage, () => {})
  const unreadable = await first.visitor.record({ ...marked, versions: 1 })
  const readable = await first.visitor.record({ ...marked, versions: 1 })
  await first.upstream.requested(2)
  await first.conch.close()

  const raw = await openRaw(t, storage)
  const moved = 'update tasks set input = (select input from tasks where id = $2) where id = $1'
  await raw.query(moved, [unreadable, readable])
  await raw.close()

  const second = await conchOn(t, storage, completion => completion.delta('글').finish())
  const visitor = new Visitor(second.conch.url, first.visitor.cookie)
  await visitor.finished(readable)
  t.equal((await visitor.task(readable)).status, 'completed')
  while (!(await visitor.finished(unreadable)).done);
  t.match(await visitor.task(unreadable), { status: 'failed', error: { code: 'attempts-lost' } })
  t.equal(second.upstream.completions.length, 1)
  t.match(second.log.join(''), /cannot decrypt tasks\.input/)
})

/** `schema.table` of each table in which a row has the word, as text or as bytes. */
async function tablesWith(raw: RawDatabase, word: string): Promise<string[]> {
  const tables = await raw.query(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE' order by 1`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const hex = Buffer.from(word).toString('hex')
    const [row] = await raw.query(
      `select count(*)::int as rows from ${name} as r where position($1 in r::text) > 0 or position($2 in r::text) > 0`,
      [word, hex],
    )
    if (Number(row?.rows) > 0) found.push(String(name))
  }
  return found
}

/** Every file below the folder, write-ahead log included, that has the word in it. */
async function filesWith(folder: string, word: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    if ((await readFile(path)).includes(word)) found.push(path)
  }
  return found
}

async function conchOn(t: Test, storage: Record<string, string>, script: Script) {
  const log: string[] = []
  const upstream = await startUpstream(t, script)
  const conch = await startConch(
    t,
    { ...storage, OPENAI_BASE_URL: upstream.baseUrl, LOG_LEVEL: 'trace' },
    { logDestination: { write: line => void log.push(line) } },
  )
  return { conch, upstream, log, visitor: conch.visitor() }
}
