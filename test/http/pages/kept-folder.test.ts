import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { KeptFolder } from '../../../src/http/pages/kept-folder.ts'
import { temporaryRoot } from '../../support/temporary-root.ts'

async function folder(t: Test): Promise<string> {
  const path = await mkdtemp(join(temporaryRoot, 'conch-test-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return join(path, 'pages')
}

t.test('what is made is kept under its name, and read from there by the next process', async t => {
  const path = await folder(t)
  let made = 0
  const make = async () => {
    made += 1
    return Buffer.from('a font')
  }
  for (const _ of [1, 2]) t.equal(String(await KeptFolder.at(path)?.file('words-1.woff2', make)), 'a font')
  t.equal(made, 1)
  t.equal((await stat(path)).mode & 0o777, 0o700)
  t.equal((await stat(join(path, 'words-1.woff2'))).mode & 0o777, 0o600)
})

t.test('of each kind the newest is kept: what was made of other sources goes', async t => {
  const path = await folder(t)
  const kept = KeptFolder.at(path)
  for (const name of ['words-1.woff2', 'bundle-1.json', 'words-2.woff2'])
    await kept?.file(name, async () => Buffer.from(name))
  t.same((await readdir(path)).sort(), ['bundle-1.json', 'words-2.woff2'])
})

t.test('what cannot be made is not kept, and is made again', async t => {
  const kept = KeptFolder.at(await folder(t))
  await t.rejects(async () => {
    await kept?.file('words-1.woff2', async () => Promise.reject(new Error('no font')))
  }, /no font/)
  t.equal(String(await kept?.file('words-1.woff2', async () => Buffer.from('a font'))), 'a font')
})

t.test('nothing is kept where others could write, whose scripts browsers would run', async t => {
  const path = await folder(t)
  await mkdir(path)
  await writeFile(join(path, 'bundle-1.json'), 'of another user')
  for (const mode of [0o770, 0o707, 0o722]) {
    await chmod(path, mode)
    t.equal(KeptFolder.at(path), undefined, mode.toString(8))
  }
  await chmod(path, 0o755)
  t.ok(KeptFolder.at(path))
})

t.test('a folder that cannot be written keeps nothing, and stops nothing', async t => {
  const path = await folder(t)
  const kept = KeptFolder.at(path)
  await rm(path, { recursive: true })
  await writeFile(path, 'a file in its place')
  t.equal(String(await kept?.file('words-1.woff2', async () => Buffer.from('a font'))), 'a font')
  t.equal(await readFile(path, 'utf8'), 'a file in its place')
  t.equal(KeptFolder.at(path), undefined)
})
