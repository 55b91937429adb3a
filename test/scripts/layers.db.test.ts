import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { importsIn, layersOf, sourceFiles, violations } from '../../scripts/layers.ts'
import { temporaryFolder } from '../support/conch.ts'

const layers = layersOf('# Layers\n\n```layers\nserver\nkinds/records, kinds/reviews\ntasks\n```\n')

/** What is wrong with a `src` of these files. */
async function wrongWith(t: Test, sources: Record<string, string>): Promise<string[]> {
  const folder = await temporaryFolder(t)
  for (const [file, source] of Object.entries(sources)) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), source)
  }
  const files = sourceFiles(folder)
  return violations(layers, files, importsIn(folder, files))
}

t.test('imports down the list and within a room are right', async t => {
  const sources = {
    'server.ts': "import { a } from './kinds/records/a.ts'\nimport 'node:fs'",
    'kinds/records/a.ts': "import { b } from './b.ts'\nimport type { Task } from '../../tasks/task.ts'",
    'kinds/records/b.ts': '',
    'tasks/task.ts': '',
  }
  t.same(await wrongWith(t, sources), [])
})

t.test('an import up is an error, of a type, a dynamic and a re-exported one too', async t => {
  for (const source of [
    "import { a } from '../kinds/records/a.ts'",
    "import type { A } from '../kinds/records/a.ts'",
    "const a = await import('../kinds/records/a.ts')",
    "export { a } from '../kinds/records/a.ts'",
    "export * from '../kinds/records/a.ts'",
  ]) {
    const wrong = await wrongWith(t, { 'tasks/task.ts': source, 'kinds/records/a.ts': '' })
    t.same(wrong, ['src/tasks/task.ts must not import src/kinds/records/a.ts: imports go down the layers only'], source)
  }
})

t.test('an import of a room beside is an error', async t => {
  const wrong = await wrongWith(t, {
    'kinds/records/a.ts': "import { b } from '../reviews/b.ts'",
    'kinds/reviews/b.ts': '',
  })
  t.equal(wrong.length, 1)
})

t.test('a folder that is not in the list is an error, whether it is imported or not', async t => {
  t.same(await wrongWith(t, { 'utils/a.ts': '' }), ['src/utils/a.ts is in no layer of docs/architecture.md'])
  const wrong = await wrongWith(t, { 'server.ts': "import { a } from './utils/a.ts'", 'utils/a.ts': '' })
  t.equal(wrong.length, 2)
})
