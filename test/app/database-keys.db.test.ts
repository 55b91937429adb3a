import { cpSync } from 'node:fs'
import { chmod, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { libraryRebuild } from '../../src/cli/library-rebuild.ts'
import { rotation } from '../../src/cli/rotation.ts'
import { anything, everythingOf, saidConversation, writtenReview } from '../support/belongings.ts'
import { runCommand } from '../support/command.ts'
import { ownStorage, startConch, temporaryFolder } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { openRaw } from '../support/raw-database.ts'
import { keyEntry, keysInUse } from '../support/rotation.ts'
import { startServer } from '../support/server-process.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'
import { workHere } from '../support/work-here.ts'

const upstream = await startUpstream(t, anything)
type Storage = Record<string, string> & { DATA_DIR: string }

/** Storage in which an owner has written something, with the server ended; `shown` is what that owner sees. */
async function written(t: Test, env: Record<string, string> = {}) {
  const storage: Storage = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl, ...env }
  const conch = await startConch(t, storage)
  const visitor = conch.visitor()
  for (const body of ['첫 일기', '둘째 일기']) await writtenReview(visitor, body)
  const shown = await everythingOf(visitor, ['/api/reviews'])
  await conch.close()
  return { storage, visitor, shown }
}

/** The same storage once more, of the embedded database. */
async function copied(t: Test, storage: Storage): Promise<Storage> {
  const DATA_DIR = await temporaryFolder(t)
  cpSync(storage.DATA_DIR, DATA_DIR, { recursive: true, filter: path => path !== join(storage.DATA_DIR, 'lock') })
  return { ...storage, DATA_DIR }
}

/** The error of a start that fails, in this process. */
async function refused(t: Test, storage: Storage): Promise<string> {
  return startConch(t, storage).then(
    () => 'it started',
    (error: Error) => error.message,
  )
}

/** The output of a server process that ends before it listens. */
async function refusal(storage: Storage): Promise<string> {
  const server = await startServer(storage).catch((error: Error) => error)
  if (server instanceof Error) return server.message
  await server.kill('SIGKILL')
  return 'it started'
}

/** The files of a folder that are not the database's, with their contents. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isFile()) files[entry.name] = await readFile(join(folder, entry.name), 'utf8')
  return files
}

t.test('the embedded database', { skip: testDatabaseUrl !== undefined }, async t => {
  const original = await written(t)

  t.test('without its key file a start stops, names the key, and makes no other', async t => {
    const { visitor, shown } = original
    const storage = await copied(t, original.storage)
    const path = join(storage.DATA_DIR, 'encryption-keys')
    const id = (await readFile(path, 'utf8')).split(':')[0]
    await rename(path, `${path}.away`)
    const before = await filesOf(storage.DATA_DIR)
    const line = `conch: the database has values that are encrypted with key ${id}, and ${path} is not there: restore it from a backup. No key was made\n`
    t.equal((await refusal(storage)).split('the server ended (1):\n')[1], line)
    for (const [script, run] of [
      ['keys:rotate', () => workHere(rotation, storage)],
      ['rebuild:library', () => workHere(libraryRebuild, storage)],
      ['db:migrate', () => runCommand('migrate.ts', storage)],
    ] as const) {
      const { code, stdout, stderr } = await run()
      t.same({ code, stdout }, { code: 1, stdout: '' }, script)
      t.match(
        stderr,
        /^conch: .*encryption-keys is not there: restore it from a backup, since there is a database\n$/,
        script,
      )
    }
    const added = await runCommand('add-key.ts', storage)
    t.match(added, { code: 1, stderr: /^conch: .*encryption-keys is not there: restore it from a backup/ })
    t.same(await filesOf(storage.DATA_DIR), before, 'nothing was made')

    await rename(`${path}.away`, path)
    const again = await startConch(t, storage)
    t.same(await everythingOf(new Visitor(again.url, visitor.cookie), ['/api/reviews']), shown)
  })

  t.test('nor does it make another secret, should all of them be lost', async t => {
    const storage = await copied(t, original.storage)
    for (const name of Object.keys(await filesOf(storage.DATA_DIR))) await rm(join(storage.DATA_DIR, name))
    t.match(await refused(t, storage), /encryption-keys is not there/)
    t.same(await filesOf(storage.DATA_DIR), {})
  })

  t.test('a key file with another key of the same id is not taken for the right one', async t => {
    const storage = await copied(t, original.storage)
    const path = join(storage.DATA_DIR, 'encryption-keys')
    const id = (await readFile(path, 'utf8')).split(':')[0]
    await writeFile(path, `${id}:${Buffer.alloc(32, 9).toString('base64')}\n`)
    const before = await filesOf(storage.DATA_DIR)
    const words = `key ${id} in ${path} opens nothing that the database has under the same id: put the right one there`
    t.equal(await refused(t, storage), words)
    t.same(await workHere(rotation, storage), { code: 1, stdout: '', stderr: `conch: ${words}\n` })
    t.same(await filesOf(storage.DATA_DIR), before)
  })

  t.test('a folder without a database gets a key at its first start', async t => {
    const { DATA_DIR } = await ownStorage(t)
    await rm(join(DATA_DIR, 'database'), { recursive: true })
    const conch = await startConch(t, { DATA_DIR, OPENAI_BASE_URL: upstream.baseUrl })
    await writtenReview(conch.visitor(), '일기')
    t.match(await readFile(join(DATA_DIR, 'encryption-keys'), 'utf8'), /^\d{4}-\d\d-\d\d-[0-9a-f]{12}:/)
  })

  t.test('a secret that others can read is closed to them, and that is logged', async t => {
    const storage = await copied(t, original.storage)
    const names = ['encryption-keys', 'cookie-secret', 'operator-token']
    for (const name of names) await chmod(join(storage.DATA_DIR, name), 0o644)
    const log: string[] = []
    const conch = await startConch(
      t,
      { ...storage, LOG_LEVEL: 'warn' },
      { logDestination: { write: line => void log.push(line) } },
    )
    for (const name of names) {
      t.equal(((await stat(join(storage.DATA_DIR, name))).mode & 0o777).toString(8), '600')
      t.equal(log.filter(line => line.includes(`${name} could be read by others (mode 644)`)).length, 1, name)
    }
    t.ok(
      log.some(line => line.includes('npm run keys:add')),
      'with what to do if one has',
    )
    await conch.close()

    await chmod(join(storage.DATA_DIR, 'encryption-keys'), 0o640)
    const rotated = await workHere(rotation, storage)
    t.match(rotated, { code: 0, stderr: /^conch: \S+encryption-keys could be read by others \(mode 640\)/ })
  })

  t.test('one that cannot be closed to others is refused', { skip: process.platform !== 'linux' }, async t => {
    const { DATA_DIR } = await ownStorage(t)
    // A file that everyone can read, and whose mode not even root can change.
    await symlink('/proc/self/status', join(DATA_DIR, 'cookie-secret'))
    const words =
      /cookie-secret can be read by others \(mode 444\), and that cannot be changed \(EPERM\): make it mode 600$/
    t.match(await refused(t, { DATA_DIR }), words)
  })
})

t.test('ENCRYPTION_KEYS that lack a key stop the start, which names it, wherever the database is', async t => {
  const { storage, visitor, shown } = await written(t, { ENCRYPTION_KEYS: keyEntry('k1') })
  const before = await filesOf(storage.DATA_DIR)
  const wrong = { ...storage, ENCRYPTION_KEYS: keyEntry('k2') }
  const words = 'the database has values that are encrypted with key k1, which is not in ENCRYPTION_KEYS: add it there'
  t.equal(await refused(t, wrong), words)
  for (const run of [() => workHere(libraryRebuild, wrong), () => runCommand('migrate.ts', wrong)])
    t.same(await run(), { code: 1, stdout: '', stderr: `conch: ${words}\n` })

  const another = { ...storage, ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 9).toString('base64')}` }
  const sameId =
    'key k1 in ENCRYPTION_KEYS opens nothing that the database has under the same id: put the right one there'
  t.equal(await refused(t, another), sameId)
  t.same(await workHere(rotation, another), { code: 1, stdout: '', stderr: `conch: ${sameId}\n` })
  t.same(await filesOf(storage.DATA_DIR), before)
  const raw = await openRaw(t, storage)
  t.same(await keysInUse(raw), ['k1'], 'nothing was written with either')
  await raw.close()

  for (const entries of [keyEntry('k1'), `${keyEntry('k2')},${keyEntry('k1')}`]) {
    const again = await startConch(t, { ...storage, ENCRYPTION_KEYS: entries })
    t.same(await everythingOf(new Visitor(again.url, visitor.cookie), ['/api/reviews']), shown)
    await again.close()
  }
})

t.test('a key of which only some values are left is missed as well', async t => {
  const { storage } = await written(t, { ENCRYPTION_KEYS: keyEntry('k1') })
  const both = await startConch(t, { ...storage, ENCRYPTION_KEYS: `${keyEntry('k2')},${keyEntry('k1')}` })
  await writtenReview(both.visitor(), '새 일기')
  await both.close()
  t.match(
    await refused(t, { ...storage, ENCRYPTION_KEYS: keyEntry('k2') }),
    /encrypted with key k1, which is not in ENCRYPTION_KEYS/,
  )
})

t.test(
  'an instance with another key serves what it can, and its log is short and names the key',
  { skip: !testDatabaseUrl },
  async t => {
    const storage: Storage = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl }
    // Both start before anything is written: so neither can notice that the other has another key.
    const log: string[] = []
    const right = await startConch(t, { ...storage, ENCRYPTION_KEYS: keyEntry('k1') })
    const wrong = await startConch(
      t,
      { ...storage, ENCRYPTION_KEYS: keyEntry('k2'), LOG_LEVEL: 'info', MAX_RUNNING_OUTPUTS: '5' },
      { logDestination: { write: line => void log.push(line) } },
    )
    const visitor = right.visitor()
    await saidConversation(visitor, '마당')
    for (let n = 0; n < 5; n++) await writtenReview(visitor, `마당 일기 ${n}`)
    const misled = new Visitor(wrong.url, visitor.cookie)
    for (let n = 0; n < 3; n++)
      for (const path of ['reviews', 'tasks', 'conversations', 'library'])
        t.match(await misled.json('GET', `/api/${path}`), { status: 200, body: { items: Array } }, path)
    const metrics = await (await misled.fetch('/metrics')).text()
    t.match(metrics, /^conch_damaged_values_total\{table="outputs",column="text",fault="key-missing"\} [1-9]/m)
    const named = log.filter(line => line.includes('a stored value names a key that was not given'))
    t.equal(named.length, 1, 'once, not for each value')
    t.match(named[0], '"keyId":"k1"')
    t.same(
      log.filter(line => line.includes('마당') || line.includes('바다')),
      [],
    )
  },
)
