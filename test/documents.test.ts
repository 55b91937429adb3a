import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { layersOf } from '../scripts/layers.ts'
import { anchorsOf, codeSpansOf, linksOf } from './support/markdown.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = filesBelow('')
const documents = files.filter(file => file.endsWith('.md'))
/** Those that say how things are; the changelog says how they were. */
const current = documents.filter(file => file !== 'CHANGELOG.md')
const { version, scripts } = JSON.parse(read('package.json')) as { version: string; scripts: Record<string, string> }

t.test('every link of a document leads to a file, and to a heading in it', async t => {
  for (const document of documents) {
    for (const link of linksOf(read(document))) {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? document : join(dirname(document), decodeURI(path))
      if (!existsSync(join(root, target))) t.fail(`${document}: there is no ${target}`)
      else if (anchor !== undefined)
        t.ok(anchorsOf(read(target)).includes(decodeURI(anchor)), `${document}: ${target} has no heading #${anchor}`)
    }
  }
})

t.test('nothing points out of the repository to notes that others do not have', async t => {
  const notes = ['..', 'shared'].join('/')
  const texts = files.filter(file => /\.(md|ts|js|html|css|ya?ml|json|conf)$/.test(file))
  t.same(
    texts.filter(file => read(file).includes(notes)),
    [],
  )
})

t.test('the README is read in a few minutes', async t => {
  t.ok(statSync(join(root, 'README.md')).size <= 6_144, 'at most 6 KB')
})

t.test('every room of the layers says in a README what lives in it', async t => {
  for (const room of layersOf(read('docs/architecture.md')).flat()) {
    if (existsSync(join(root, 'src', `${room}.ts`)) && !room.includes('/')) continue
    const around = room.split('/').map((_, index, names) => names.slice(0, index + 1).join('/'))
    t.ok(
      around.some(folder => files.includes(`src/${folder}/README.md`)),
      `src/${room}, or a folder around it, has a README.md`,
    )
  }
})

t.test('every npm script that a document names exists', async t => {
  for (const document of current)
    for (const [, name = ''] of read(document).matchAll(/npm run ([a-z][\w:-]*)/g))
      t.ok(name in scripts, `${document}: npm run ${name}`)
})

t.test('every npm script is named in a document', async t => {
  const text = current.map(read).join('\n')
  // `npm start` and `npm test` need no `run`; npm itself runs what begins with `pre`.
  const names = Object.keys(scripts).filter(name => !(name.startsWith('pre') && name.slice(3) in scripts))
  for (const name of names) t.match(text, new RegExp(`npm (run )?${name}(?![\\w:-])`), name)
})

t.test('every path that a document names is there', async t => {
  for (const document of current) {
    for (const span of codeSpansOf(read(document))) {
      // What benches write there is not kept.
      if (span.startsWith('bench/results')) continue
      for (const [path] of span.matchAll(/(?<=^|\s)(src|test|public|scripts|bench|drizzle|deploy|docs)\/[^\s:,;"')]*/g))
        t.ok(globSync(path, { cwd: root }).length > 0, `${document}: there is no ${path}`)
    }
  }
})

t.test('the newest version of the changelog is that of package.json', async t => {
  const [, newest] = /^## \[(\d[^\]]*)\]/m.exec(read('CHANGELOG.md')) ?? []
  t.equal(newest, version)
})

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** The files of the repository below a folder, without what is installed, made or hidden. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.') || ['node_modules', 'data', 'results', 'test-artifacts'].includes(entry.name))
      return []
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}
