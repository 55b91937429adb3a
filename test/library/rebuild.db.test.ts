import { sql } from 'drizzle-orm'
import t, { type Test } from 'tap'
import { librarySources } from '../../src/app/library-sources.ts'
import type { JobState } from '../../src/base/background-job.ts'
import { parseEncryptionKeys } from '../../src/config/encryption-keys.ts'
import { openEmbedded, openPostgres } from '../../src/db/client.ts'
import { Cipher } from '../../src/db/encrypted.ts'
import { openIndex } from '../../src/library/index-key.ts'
import { type RebuildReport, rebuildLibrary } from '../../src/library/rebuild.ts'
import { library } from '../../src/library/tables.ts'
import { briefly } from '../support/briefly.ts'
import { type Conch, ownStorage, startConch } from '../support/conch.ts'
import { handled } from '../support/handled.ts'
import { Library, type LibraryItem } from '../support/library.ts'
import { openDatabase } from '../support/open-database.ts'
import { Operator, operatorToken } from '../support/operator.ts'
import { filesWith, tablesWith } from '../support/plaintext.ts'
import { openRaw } from '../support/raw-database.ts'
import { confirmedRecord, keyEntry, keysInUse } from '../support/rotation.ts'
import { Talk } from '../support/talk.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

type Settings = Awaited<ReturnType<typeof ownStorage>> & { ENCRYPTION_KEYS: string }

const marker = 'MARKER-마당'

async function stored(t: Test, { says = '글' } = {}): Promise<Settings> {
  const upstream = await startUpstream(t, completion => completion.delta(says).finish())
  const storage = await ownStorage(t)
  return {
    ...storage,
    OPENAI_BASE_URL: upstream.baseUrl,
    OPERATOR_TOKEN: operatorToken,
    ENCRYPTION_KEYS: keyEntry('k1'),
  }
}

/** Starts an operator's long job, and waits for its end. */
async function done<Report extends object>(conch: Conch, path: string): Promise<JobState<Report>> {
  const operator = new Operator(conch.url)
  await operator.json('POST', path)
  for (;;) {
    const { body } = await operator.json<JobState<Report>>('GET', path)
    if (body.status !== 'running') return body
    await briefly()
  }
}

const rebuilt = (conch: Conch) => done<RebuildReport>(conch, '/api/operations/library-rebuild')

t.test('a rebuild is correct while users write, change and remove', async t => {
  const conch = await startConch(t, await stored(t))
  const visitor = conch.visitor()
  const mine = new Library(visitor)
  t.same(await mine.all(), [])
  for (const method of ['GET', 'POST']) {
    const { status } = await new Operator(conch.url, { token: undefined }).json(
      method,
      '/api/operations/library-rebuild',
    )
    t.equal(status, 401)
  }
  /** The number of texts in the end that are not removed. */
  const counts = new Map<string, number>()
  let over = false
  const writers = Array.from({ length: 2 }, async () => {
    const talk = await Talk.begin(visitor)
    for (let round = 0; round === 0 || !over; round++) {
      const last = await talk.say(`말 ${round}`)
      if (round % 2 === 1) await visitor.finished(await talk.send('고친 말', '', { replaces: last }))
      counts.set(talk.id, (round + 1) * 2)
      const record = await confirmedRecord(visitor)
      if (round % 2 === 0) counts.set(record, 1)
      else await visitor.json('DELETE', `/api/records/${record}`)
    }
  })
  const reports: JobState<RebuildReport>[] = []
  while (reports.length < 4) reports.push(await rebuilt(conch))
  over = true
  await Promise.all(writers)
  for (const report of reports) t.match(report, { status: 'done', removed: 0 })

  const isFinal = ({ id, kind, status, sizes }: LibraryItem) =>
    sizes.count === counts.get(id) && status === (kind === 'record' ? 'confirmed' : 'completed')
  const items = await mine.until(items => items.length === counts.size && items.every(isFinal))
  t.match(await rebuilt(conch), { status: 'done', removed: 0, written: { conversation: 2, record: counts.size - 2 } })
  t.same(await mine.all({ limit: '100' }), items, 'a rebuild in quiet changes nothing')
})

t.test('no text can be read on the disk, and a new key changes nothing for a search', async t => {
  const storage = await stored(t, { says: `${marker} 글` })
  const conch = await startConch(t, storage)
  const visitor = conch.visitor()
  const talk = await Talk.begin(visitor)
  await talk.say(`${marker} 말`)
  const review = await visitor.submit('/api/reviews', { body: `${marker} 일기`, type: 'FEELING' })
  await visitor.finished(review)
  await new Library(visitor).has(review, talk.id)
  await handled(conch.url)
  const found = await new Library(visitor).search('마당')
  t.same(found, [review, talk.id])
  await conch.close()

  const raw = await openRaw(t, storage)
  t.same(await tablesWith(raw, marker), [])
  t.match(await raw.query('select index_tokens is not null as indexed from library'), [
    { indexed: true },
    { indexed: true },
  ])
  await raw.close()
  if (!storage.DATABASE_URL) t.same(await filesWith(storage.DATA_DIR, marker), [])

  const rotating = await startConch(t, { ...storage, ENCRYPTION_KEYS: `${keyEntry('k2')},${keyEntry('k1')}` })
  t.match(await done(rotating, '/api/operations/reencryption'), { status: 'done', unusedKeys: ['k1'] })
  await rotating.close()
  const later = await openRaw(t, storage)
  t.same(await keysInUse(later), ['k2'])
  await later.close()
  const last = await startConch(t, { ...storage, ENCRYPTION_KEYS: keyEntry('k2') })
  t.same(await new Library(new Visitor(last.url, visitor.cookie)).search('마당'), found)
})

t.test('a rebuild restores lost entries, corrects wrong ones, and removes those without a source', async t => {
  const storage = await stored(t)
  const conch = await startConch(t, storage)
  const visitor = conch.visitor()
  const mine = new Library(visitor)
  const [lost, wrong] = [await confirmedRecord(visitor), await confirmedRecord(visitor)]
  const stray = await confirmedRecord(visitor)
  // Else there may be no entry to change: the list shows records that have none as well.
  await handled(conch.url)
  const before = await mine.all()
  t.same(
    before.map(({ status }) => status),
    ['confirmed', 'confirmed', 'confirmed'],
  )
  await conch.close()

  const database = storage.DATABASE_URL
    ? await openPostgres(storage.DATABASE_URL, () => {})
    : await openEmbedded(`${storage.DATA_DIR}/database`, () => {})
  await database.queries.execute(sql`delete from ${library} where id = ${lost}`)
  await database.queries.execute(sql`update ${library} set status = 'failed', index_tokens = '{}' where id = ${wrong}`)
  await database.queries.execute(sql`update ${library} set id = gen_random_uuid() where id = ${stray}`)
  const cipher = new Cipher(parseEncryptionKeys(storage.ENCRYPTION_KEYS))
  const sources = librarySources(cipher)
  const stopping = new AbortController()
  const stopped = rebuildLibrary({
    database,
    cipher,
    sources,
    signal: stopping.signal,
    onProgress: () => stopping.abort(),
  })
  await t.rejects(stopped, { name: 'AbortError' }, 'it can be stopped')
  const report = await rebuildLibrary({ database, cipher, sources, pageRows: 1 })
  t.same(report, { written: { record: 3, review: 0, quiz: 0, conversation: 0 }, removed: 1, damaged: 0 })
  await database.close()

  const again = await startConch(t, storage)
  const now = new Library(new Visitor(again.url, visitor.cookie))
  t.same(await now.all(), before)
  t.same(await now.search('고침'), [stray, wrong, lost])
})

t.test('concurrent requests for the key of the index all get the same key', async t => {
  const { queries } = await openDatabase(t)
  const cipher = new Cipher(parseEncryptionKeys(keyEntry('k1')))
  const indexes = await Promise.all(Array.from({ length: 8 }, () => openIndex(queries, cipher)))
  t.equal(new Set(indexes.map(index => String(index?.tokensOf('owner', ['가나'])))).size, 1)
})
