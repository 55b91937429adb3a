import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { rotation } from '../../src/cli/rotation.ts'
import { runCommand } from '../support/command.ts'
import { ownStorage, startConch, temporaryFolder } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { openRaw } from '../support/raw-database.ts'
import { confirmedRecord, keyEntry, keysInUse, shownRecord } from '../support/rotation.ts'
import { startServer } from '../support/server-process.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'
import { workHere } from '../support/work-here.ts'

const [k1, k2] = [keyEntry('k1'), keyEntry('k2')]
const both = { ENCRYPTION_KEYS: `${k2},${k1}` }

const rotate = (env: Record<string, string> & { DATA_DIR: string }) => workHere(rotation, env)

t.test('while a server runs and writes, everything comes under the new key, and nothing is lost', async t => {
  const { storage, visitor, shown } = await writtenUnder(t, k1)
  const running = await startServer({ ...storage, ...both })
  t.teardown(() => running.kill('SIGKILL'))
  const mine = new Visitor(running.url, visitor.cookie)
  let over = false
  const writers = Array.from({ length: 4 }, async () => {
    const ids: string[] = []
    do ids.push(await confirmedRecord(mine))
    while (!over)
    return ids
  })
  const { code, stdout, stderr } = await rotate({ ...storage, ...both, PORT: new URL(running.url).port })
  over = true
  const during = (await Promise.all(writers)).flat()
  t.equal(code, 0, stdout + stderr)
  t.match(stdout, /^tasks: [1-9]\d* values re-encrypted$/m)
  t.match(stdout, /^record_confirmations: [1-9]\d* values re-encrypted$/m)
  t.match(stdout, /^Everything is encrypted with key k2\.$/m)
  t.match(stdout, /^No value is under key k1 any more\. .*removed from ENCRYPTION_KEYS\.$/m)
  t.equal(stderr, '')
  for (const id of during) shown.set(id, await shownRecord(mine, id))
  const after = await confirmedRecord(mine)
  shown.set(after, await shownRecord(mine, after))
  t.equal(await running.kill('SIGTERM'), 0)

  const raw = await openRaw(t, storage)
  t.same(await keysInUse(raw), ['k2'])
  await raw.close()
  const last = await startConch(t, { ...storage, ENCRYPTION_KEYS: k2 })
  const later = new Visitor(last.url, visitor.cookie)
  for (const [id, before] of shown) t.same(await shownRecord(later, id), before)
})

t.test('without a server it does it itself, and again there is nothing to do', async t => {
  const { storage } = await writtenUnder(t, k1)
  const first = await runCommand('rotate-keys.ts', { ...storage, ...both })
  t.equal(first.code, 0, first.stderr)
  t.match(first.stdout, /^tasks: [1-9]/m)
  const second = await rotate({ ...storage, ...both })
  t.equal(second.code, 0, second.stderr)
  t.match(second.stdout, /^tasks: 0 values re-encrypted$/m)
  t.match(second.stdout, /^No value is under key k1 any more/m)
  t.same(await keysInUse(await openRaw(t, storage)), ['k2'])
})

t.test('a repeated request is known under the new key, too', async t => {
  const { storage, visitor } = await writtenUnder(t, k1)
  const send = async (entry: string) => {
    const running = await startConch(t, { ...storage, ENCRYPTION_KEYS: entry })
    const response = await new Visitor(running.url, visitor.cookie).fetch('/api/reviews', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'a-key' },
      body: JSON.stringify({ body: '오늘의 일기', type: 'FEELING' }),
    })
    const answer = await response.json()
    await running.close()
    return { status: response.status, answer }
  }
  const first = await send(k1)
  t.equal(first.status, 202)
  const { code, stderr } = await rotate({ ...storage, ...both })
  t.equal(code, 0, stderr)
  t.same(await send(k2), first)
})

t.test('values whose key is missing are left alone, and the key is named', async t => {
  const { storage } = await writtenUnder(t, k1)
  const { code, stdout, stderr } = await rotate({ ...storage, ENCRYPTION_KEYS: k2 })
  t.equal(code, 1)
  t.match(stdout, /^\d+ values cannot be read, since key k1 is not in ENCRYPTION_KEYS: add it at the end there/m)
  t.notMatch(stdout, /Everything/)
  t.equal(stderr, '')
  t.same(await keysInUse(await openRaw(t, storage)), ['k1'])
})

t.test('a wrong setting is reported in one line', async t => {
  const folder = await temporaryFolder(t)
  const { code, stderr } = await rotate({ DATA_DIR: folder, ENCRYPTION_KEYS: 'none' })
  t.equal(code, 1)
  t.match(stderr, /^conch: ENCRYPTION_KEYS .*\n$/)
})

t.test('the embedded database', { skip: testDatabaseUrl !== undefined }, async t => {
  t.test('keys that are kept in its folder: add one, restart, rotate', async t => {
    const { storage, visitor, shown } = await writtenUnder(t)
    const first = await startConch(t, storage)
    const added = await runCommand('add-key.ts', storage)
    t.equal(added.code, 0, added.stderr)
    const [newest, oldest] = (await readFile(join(storage.DATA_DIR, 'encryption-keys'), 'utf8'))
      .split(',')
      .map(entry => entry.split(':')[0])
    t.match(added.stdout, `Key ${newest} is now the first in`)

    const early = await rotate({ ...storage, PORT: new URL(first.url).port })
    t.equal(early.code, 1)
    t.match(early.stdout, `The server still writes with key ${oldest}, not yet with key ${newest}: restart it`)
    await first.close()

    const second = await startConch(t, storage)
    const asked = await rotate({ ...storage, PORT: new URL(second.url).port })
    t.equal(asked.code, 0, asked.stderr)
    t.match(asked.stdout, `is in use by process ${process.pid}: asking it to do this.`)
    t.match(asked.stdout, `No value is under key ${oldest} any more.`)
    t.match(asked.stdout, /removed from .*encryption-keys\.$/m)
    const later = new Visitor(second.url, visitor.cookie)
    for (const [id, before] of shown) t.same(await shownRecord(later, id), before)
  })

  t.test('a server that cannot be reached, or is another one: the script says what to do', async t => {
    const storage = await ownStorage(t)
    const owner = await startConch(t, storage)
    const other = await startConch(t)
    const unknown = await rotate({ ...storage, PORT: '0' })
    t.match(unknown, { code: 1, stderr: /^conch: PORT is 0, .*: set PORT to its port\n$/ })
    const unreachable = await rotate({ ...storage, HOST: '127.0.0.9', PORT: '9' })
    t.match(unreachable, {
      code: 1,
      stderr: /^conch: nothing answers at http:\/\/127\.0\.0\.9:9\S*: set HOST and PORT/,
    })
    const stranger = await rotate({ ...storage, PORT: new URL(other.url).port })
    t.match(stranger, { code: 1, stderr: /^conch: the server at \S+ has another operator token/ })
    const everywhere = await rotate({ ...storage, HOST: '0.0.0.0', PORT: new URL(owner.url).port })
    t.equal(everywhere.code, 0, everywhere.stderr)
  })

  t.test('a folder without a database is a mistake, and stays empty', async t => {
    const folder = await temporaryFolder(t)
    const { code, stderr } = await rotate({ DATA_DIR: folder })
    t.equal(code, 1)
    t.match(stderr, /^conch: there is no database in .*: set DATA_DIR to the folder of the server\n$/)
  })
})

/** Storage with records in it that were written under this key; without one, under that which the server makes. */
async function writtenUnder(t: Test, key?: string) {
  const upstream = await startUpstream(t)
  const storage = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl, DRAIN_SECONDS: '5' }
  const first = await startConch(t, { ...storage, ...(key !== undefined && { ENCRYPTION_KEYS: key }) })
  const visitor = first.visitor()
  const shown = new Map<string, unknown>()
  while (shown.size < 3) {
    const id = await confirmedRecord(visitor)
    shown.set(id, await shownRecord(visitor, id))
  }
  await first.close()
  return { storage, visitor, shown }
}
