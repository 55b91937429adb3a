import { registerHooks } from 'node:module'
import { relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { quickImports } from '../../src/db/quick-imports.ts'
import { openedSince } from './left-open.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Where a file finds the test that it is. */
const tests = new Map<string, Test>()

/** Names the map to modules that are made of text. */
const key = 'conch: the test that a file is'

/**
 * Runs test files in this process, one after the other, each as a test of that name: what a process costs, a second to load the
 * server and another to compile the embedded database, is paid once. A file notices nothing of it: its `t` is that test, with
 * hooks, teardowns and timeout of its own. What it leaves open fails it at its end, instead of keeping a process alive.
 */
export async function runTogether(files: readonly string[]): Promise<void> {
  if (files.length === 0) throw new Error('no files to run: the names changed, perhaps')
  Object.defineProperty(globalThis, Symbol.for(key), { value: tests })
  quickImports()
  registerHooks({
    resolve(specifier, context, next) {
      const test = specifier === 'tap' && tests.has(context.parentURL ?? '')
      return test
        ? { url: `tap-of:${context.parentURL}`, format: 'module', shortCircuit: true }
        : next(specifier, context)
    },
    load(url, context, next) {
      if (!url.startsWith('tap-of:')) return next(url, context)
      const source = `export default globalThis[Symbol.for(${JSON.stringify(key)})].get(${JSON.stringify(url.slice(7))})`
      return { format: 'module', source, shortCircuit: true }
    },
  })
  // What is planned and does not come is a failure, whatever ended it; without a plan, all would end with the first file.
  t.plan(2 * files.length)
  for (const file of files) await runFile(file)
}

async function runFile(file: string): Promise<void> {
  const { href } = pathToFileURL(file)
  const name = relative(root, file)
  const leftOpen = openedSince()
  await t.test(name, async t => {
    tests.set(href, t)
    await import(href)
  })
  tests.delete(href)
  t.same(await leftOpen(), [], `${name} has closed what it opened`)
}
