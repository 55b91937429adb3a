import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { needOf, testFiles } from './support/files.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

/** What a file of `support` stands for. */
const signs = {
  services: ['own-postgres.ts', 'own-redis.ts', 'nginx.ts'],
  browser: ['browser.ts'],
  db: ['database.ts', 'empty-database.ts'],
  alone: ['collected.ts'],
}

t.test('the name of a test file says what it needs', async t => {
  for (const path of testFiles()) {
    const used = new Set([...reachedFrom(path)].map(file => basename(file)))
    const uses = (sort: keyof typeof signs) => signs[sort].some(file => used.has(file))
    const need = needOf(path)
    const name = relative(root, path)
    if (uses('services')) t.equal(need, 'services', `${name}: it starts servers`)
    else if (uses('browser')) t.match(need, /browser|services/, `${name}: it starts a browser`)
    else if (uses('db')) t.match(need, /db|services/, `${name}: it has a database`)
    else if (uses('alone')) t.equal(need, 'alone', `${name}: it measures the memory of its process`)
    else t.equal(need, 'nothing', `${name}: it uses nothing of that sort`)
  }
})

/** The files that a test imports, those that these import, and so on. */
function reachedFrom(path: string, reached = new Set<string>()): Set<string> {
  if (reached.has(path) || !existsSync(path)) return reached
  reached.add(path)
  const imports = /^(?:import|export)\b(?! type)[^'"]*?'(\.[^']+\.ts)'/gm
  for (const [, to] of readFileSync(path, 'utf8').matchAll(imports)) {
    const file = join(dirname(path), to as string)
    if (!relative(root, file).startsWith('src')) reachedFrom(file, reached)
  }
  return reached
}
