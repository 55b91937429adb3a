import { mkdir, readdir, readFile, readlink, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { UnusableSecretFile } from '../../src/config/secret-file.ts'
import { addEncryptionKey } from '../../src/config/secrets.ts'
import { allSecrets } from '../support/secrets.ts'

const files = ['cookie-secret', 'encryption-keys', 'operator-token'] as const

const dataDirOf = (t: Test) => join(t.testdir({}), 'data')

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8)
}

t.test('secrets are made at the first start and kept for the next ones', async t => {
  const dataDir = dataDirOf(t)
  const first = await allSecrets({ dataDir })
  for (const secret of [first.cookieSecret, first.operatorToken]) t.ok(secret.length >= 32)
  t.match(first.encryptionKeys, [{ id: /^\d{4}-\d\d-\d\d-[0-9a-f]{12}$/ }])
  t.equal(first.encryptionKeys[0]?.key.length, 32)
  t.same(await allSecrets({ dataDir }), first)
})

t.test('two folders have different secrets', async t => {
  const [one, other] = [
    await allSecrets({ dataDir: dataDirOf(t) }),
    await allSecrets({ dataDir: join(dataDirOf(t), 'b') }),
  ]
  t.not(one.cookieSecret, other.cookieSecret)
  t.not(one.operatorToken, other.operatorToken)
  t.notSame(one.encryptionKeys[0]?.key, other.encryptionKeys[0]?.key)
})

t.test('only the owner of the process can read them, and nothing else is left in the folder', async t => {
  const dataDir = dataDirOf(t)
  await allSecrets({ dataDir })
  t.equal(await modeOf(dataDir), '700')
  for (const file of files) t.equal(await modeOf(join(dataDir, file)), '600')
  t.same((await readdir(dataDir)).sort(), [...files])
})

t.test('when several start at once, all end up with the same secrets', async t => {
  const dataDir = dataDirOf(t)
  const [first, ...others] = await Promise.all(Array.from({ length: 20 }, () => allSecrets({ dataDir })))
  for (const secrets of others) t.same(secrets, first)
  t.same((await readdir(dataDir)).sort(), [...files])
})

t.test('configured secrets are used, and nothing is written', async t => {
  const dataDir = dataDirOf(t)
  const configured = {
    cookieSecret: 'x'.repeat(32),
    encryptionKeys: [{ id: 'a', key: new Uint8Array(32) }],
    operatorToken: 'y'.repeat(32),
  }
  t.same(await allSecrets({ dataDir, ...configured }), configured)
  await t.rejects(stat(dataDir), { code: 'ENOENT' })
})

t.test('only the missing ones are made', async t => {
  const dataDir = dataDirOf(t)
  const before = await allSecrets({ dataDir, cookieSecret: 'x'.repeat(32), operatorToken: 'y'.repeat(32) })
  t.same(await readdir(dataDir), ['encryption-keys'])
  t.same((await allSecrets({ dataDir })).encryptionKeys, before.encryptionKeys)
})

t.test('a kept key file can be given as ENCRYPTION_KEYS, and more keys be added to it', async t => {
  const dataDir = dataDirOf(t)
  const { encryptionKeys } = await allSecrets({ dataDir })
  const path = join(dataDir, 'encryption-keys')
  const old = (await readFile(path, 'utf8')).trim()
  await writeFile(path, `new:${Buffer.alloc(32).toString('base64')},${old}`)
  t.same((await allSecrets({ dataDir })).encryptionKeys, [{ id: 'new', key: new Uint8Array(32) }, ...encryptionKeys])
})

for (const file of files) {
  t.test(`a ${file} that is cut anywhere stops the start and is not replaced`, async t => {
    const dataDir = dataDirOf(t)
    await allSecrets({ dataDir })
    const path = join(dataDir, file)
    const whole = (await readFile(path, 'utf8')).trim()
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.slice(0, length)
      await writeFile(path, cut)
      await t.rejects(allSecrets({ dataDir }), { code: 'UNUSABLE_SECRET_FILE', path })
      t.equal(await readFile(path, 'utf8'), cut)
    }
  })

  t.test(`a ${file} that cannot be read stops the start and is not replaced`, async t => {
    const dataDir = dataDirOf(t)
    const path = join(dataDir, file)
    await mkdir(path, { recursive: true })
    await t.rejects(allSecrets({ dataDir }), {
      name: 'UnusableSecretFile',
      path,
      message: /cannot be read \(EISDIR\)/,
    })
    t.ok((await stat(path)).isDirectory())
  })

  t.test(`a ${file} that points nowhere stops the start`, async t => {
    const dataDir = dataDirOf(t)
    await mkdir(dataDir)
    await symlink(join(dataDir, 'gone'), join(dataDir, file))
    await t.rejects(allSecrets({ dataDir }), { code: 'UNUSABLE_SECRET_FILE', path: join(dataDir, file) })
  })
}

t.test('the message says what to do, and holds nothing of the secret', async t => {
  const dataDir = dataDirOf(t)
  await allSecrets({ dataDir })
  const path = join(dataDir, 'encryption-keys')
  await writeFile(path, 'a:hunter2')
  const error = await allSecrets({ dataDir }).catch((error: unknown) => error)
  t.type(error, UnusableSecretFile)
  t.match(String(error), /restore it from a backup.*nothing that was saved can be read/)
  t.notMatch(String(error), 'hunter2')
})

t.test('a new key comes first, in one file that only the owner can read, with all that were there', async t => {
  const dataDir = dataDirOf(t)
  const { encryptionKeys } = await allSecrets({ dataDir })
  const [first, second] = [await addEncryptionKey(dataDir, () => {}), await addEncryptionKey(dataDir, () => {})]
  const [newest, newer, ...others] = (await allSecrets({ dataDir })).encryptionKeys
  t.same([newest?.id, newer?.id], [second, first])
  t.same(others, encryptionKeys)
  t.same((await readdir(dataDir)).sort(), [...files])
  t.equal(await modeOf(join(dataDir, 'encryption-keys')), '600')
})

t.test('of several that add a key at once, every one that succeeds is in the file', async t => {
  const dataDir = dataDirOf(t)
  const { encryptionKeys } = await allSecrets({ dataDir })
  const added = await Promise.allSettled(Array.from({ length: 20 }, () => addEncryptionKey(dataDir, () => {})))
  const ids = added.filter(outcome => outcome.status === 'fulfilled').map(({ value }) => value)
  for (const outcome of added)
    if (outcome.status === 'rejected') t.match(outcome.reason, { code: 'SECRET_FILE_UNCHANGED' })
  t.ok(ids.length > 0)
  const kept = (await allSecrets({ dataDir })).encryptionKeys
  t.same(kept.map(({ id }) => id).sort(), [...ids, ...encryptionKeys.map(({ id }) => id)].sort())
  t.same((await readdir(dataDir)).sort(), [...files])
})

t.test('a key that was added halfway changed nothing, and the error says so', async t => {
  const dataDir = dataDirOf(t)
  await allSecrets({ dataDir })
  const path = join(dataDir, 'encryption-keys')
  const before = await readFile(path, 'utf8')
  await writeFile(`${path}.new`, 'half of')
  await t.rejects(
    addEncryptionKey(dataDir, () => {}),
    {
      code: 'SECRET_FILE_UNCHANGED',
      message: /encryption-keys\.new is there/,
    },
  )
  t.equal(await readFile(path, 'utf8'), before)
  t.equal(await readFile(`${path}.new`, 'utf8'), 'half of', 'it may be that of another process')
})

t.test('no key is added to a file that is missing or cut', async t => {
  const dataDir = dataDirOf(t)
  await t.rejects(
    addEncryptionKey(dataDir, () => {}),
    { code: 'SECRET_FILE_UNCHANGED', message: /is not there/ },
  )
  await t.rejects(stat(dataDir), { code: 'ENOENT' })
  await allSecrets({ dataDir })
  await writeFile(join(dataDir, 'encryption-keys'), 'a:hunter2')
  await t.rejects(
    addEncryptionKey(dataDir, () => {}),
    { code: 'UNUSABLE_SECRET_FILE' },
  )
  t.equal(await readFile(join(dataDir, 'encryption-keys'), 'utf8'), 'a:hunter2')
  t.same((await readdir(dataDir)).sort(), [...files])
})

t.test('a file of keys that is a link stays one', async t => {
  const dataDir = dataDirOf(t)
  await allSecrets({ dataDir })
  const [path, elsewhere] = [join(dataDir, 'encryption-keys'), join(dataDir, '..', 'keys')]
  await rename(path, elsewhere)
  await symlink(elsewhere, path)
  await addEncryptionKey(dataDir, () => {})
  t.equal(await readlink(path), elsewhere)
  t.equal((await allSecrets({ dataDir })).encryptionKeys.length, 2)
})
