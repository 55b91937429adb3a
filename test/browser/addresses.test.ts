import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { addressOf } from '../../public/base-path.js'

const folder = fileURLToPath(new URL('../../public/', import.meta.url))

t.test('no page names an address of the server but through addressOf, which knows BASE_PATH', async t => {
  const names = (await readdir(folder, { recursive: true })).filter(name => name.endsWith('.js'))
  t.ok(names.length > 100)
  for (const name of names) {
    const source = await readFile(folder + name, 'utf8')
    const code = source.replaceAll(/^import .*$/gm, '').replaceAll(/\/\*\*.*?\*\//gs, '')
    t.notMatch(code, /\b(?:href|src|action)=["'`]?\//, name)
    t.notMatch(code, /\b(?:fetch|EventSource|register|getRegistration|openWindow|assign|replace)\(["'`]\//, name)
    t.notMatch(code, /\blocation(?:\.href)? = ["'`]\//, name)
    t.notMatch(code, /(?<!addressOf\()["'`]\/(?:api|docs|vendor)\b/, `${name}: an address that is passed on`)
    t.notMatch(source, /\bfrom '\//, `${name}: modules are named from where they are`)
  }
})

t.test('without a document there is no path before an address', async t => {
  t.equal(addressOf('/api/model'), '/api/model')
})
