import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

/** What a process that imports the database layer has imported of drizzle-orm, and whether its names are there. */
async function imported(quick: boolean) {
  const at = (file: string) => JSON.stringify(new URL(`../../src/${file}`, import.meta.url).href)
  const script = `
    ${quick ? `(await import(${at('db/quick-imports.ts')})).quickImports()` : ''}
    const { registerHooks } = await import('node:module')
    const found = []
    registerHooks({ load(url, context, next) {
      const [, file] = url.split('/node_modules/drizzle-orm/')
      if (file) found.push(file + ' ' + context.format)
      return next(url, context)
    } })
    const client = await import(${at('db/client.ts')})
    const { eq, sql } = await import('drizzle-orm')
    console.log(JSON.stringify({ found: found.sort(), names: Object.keys(client).sort(), types: [typeof eq, typeof sql] }))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  return JSON.parse(stdout) as { found: string[]; names: string[]; types: string[] }
}

t.test('the same files are loaded, in the same format, as without it', async t => {
  const [quick, plain] = [await imported(true), await imported(false)]
  t.ok(plain.found.length > 50, `${plain.found.length} files`)
  t.same(quick, plain)
})
