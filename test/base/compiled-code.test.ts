import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { compiledCodeFolder, removeOtherVersions } from '../../src/base/compiled-code.ts'
import { temporaryRoot } from '../support/temporary-root.ts'

async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(temporaryRoot, 'conch-compiled-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const version = 'conch-1.0.0-node-v24.0.0'

t.test('the folder is made for its owner only', async t => {
  const dataDir = await temporaryFolder(t)
  t.equal(compiledCodeFolder(dataDir, version), join(dataDir, 'compiled', version))
  t.equal(compiledCodeFolder(dataDir, version), join(dataDir, 'compiled', version), 'and used again')
  const folder = join(dataDir, 'compiled')
  await t.test('who else may write there could run code here', async t => {
    for (const mode of [0o720, 0o702, 0o777]) {
      await chmod(folder, mode)
      t.equal(compiledCodeFolder(dataDir, version), undefined, mode.toString(8))
    }
  })
  await t.test('so could another owner', { skip: process.geteuid?.() !== 0 && 'needs root' }, async t => {
    await chmod(folder, 0o700)
    await chown(folder, 12345, 12345)
    t.equal(compiledCodeFolder(dataDir, version), undefined)
  })
})

t.test('without a data folder, or with a file in its place, nothing is kept', async t => {
  const dataDir = await temporaryFolder(t)
  t.equal(compiledCodeFolder(join(dataDir, 'missing'), version), undefined)
  t.same(await readdir(dataDir), [], 'and nothing is made')
  await writeFile(join(dataDir, 'compiled'), '')
  t.equal(compiledCodeFolder(dataDir, version), undefined)
})

t.test('what is kept of other versions goes, and nothing else', async t => {
  const dataDir = await temporaryFolder(t)
  const names = [version, 'conch-0.9.0-node-v22.0.0', 'conch-1.0.0-node-v22.0.0', 'of-an-operator']
  for (const name of names) await mkdir(join(dataDir, 'compiled', name, 'inside'), { recursive: true })
  await removeOtherVersions(dataDir, version)
  t.same((await readdir(join(dataDir, 'compiled'))).sort(), [version, 'of-an-operator'])
  await removeOtherVersions(join(dataDir, 'missing'), version)
})
