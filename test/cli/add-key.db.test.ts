import { readdir } from 'node:fs/promises'
import t from 'tap'
import { runCommand } from '../support/command.ts'
import { temporaryFolder } from '../support/conch.ts'
import { keyEntry } from '../support/rotation.ts'
import { allSecrets } from '../support/secrets.ts'

t.test('a new key is put first, and its id printed, but not the key', async t => {
  const dataDir = await temporaryFolder(t)
  const { encryptionKeys: before } = await allSecrets({ dataDir })
  const { code, stdout, stderr } = await runCommand('add-key.ts', { DATA_DIR: dataDir })
  t.equal(code, 0, stderr)
  const { encryptionKeys: after } = await allSecrets({ dataDir })
  t.same(after.slice(1), before)
  const [added] = after
  t.match(stdout, `Key ${added?.id} is now the first in ${dataDir}/encryption-keys`)
  t.match(stdout, 'npm run keys:rotate')
  t.notMatch(stdout, Buffer.from(added?.key ?? []).toString('base64'))
})

t.test('a folder without keys is a mistake, and stays empty', async t => {
  const folder = await temporaryFolder(t)
  const { code, stderr } = await runCommand('add-key.ts', { DATA_DIR: folder })
  t.equal(code, 1)
  t.match(stderr, /^conch: .*encryption-keys is not there: the first start of the server makes it\n$/)
  t.same(await readdir(folder), [])
})

t.test('keys that are configured are for their owner to change', async t => {
  const folder = await temporaryFolder(t)
  const k1 = keyEntry('k1')
  const { code, stdout, stderr } = await runCommand('add-key.ts', { DATA_DIR: folder, ENCRYPTION_KEYS: k1 })
  t.equal(code, 1)
  t.match(stderr, /^conch: the keys are in ENCRYPTION_KEYS, so nothing was changed\. .* in front there .*:\n$/)
  t.match(stdout, /^\d{4}-\d\d-\d\d-[0-9a-f]{12}:[A-Za-z0-9+/]{43}=,\n$/)
  t.notMatch(stdout + stderr, k1)
})
