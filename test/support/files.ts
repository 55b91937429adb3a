import { globSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../', import.meta.url))

/**
 * What a test needs beside this repository, as the name of its file says: `x.db.test.ts` a database, and it runs on the
 * embedded one and on Postgres; `x.browser.test.ts` a browser; `x.services.test.ts` a Postgres and other services that
 * it may break; `x.alone.test.ts` a process of its own. `x.test.ts` needs nothing.
 */
export type Need = 'db' | 'browser' | 'services' | 'alone' | 'nothing'

export const needs: readonly Need[] = ['db', 'browser', 'services', 'alone']

/** The need that the name of a file states. */
export function needOf(path: string): Need {
  return needs.find(need => path.endsWith(`.${need}.test.ts`)) ?? 'nothing'
}

export function testFiles(): string[] {
  return globSync('**/*.test.ts', { cwd: folder })
    .map(path => `${folder}${path}`)
    .sort()
}

/**
 * The files with that need, or one of several parts of them that take about as long: the largest file goes to the first part, the
 * next one to the second.
 *
 * @param part from 1
 */
export function filesThatNeed(need: Need, { part = 1, of: parts = 1 } = {}): string[] {
  return testFiles()
    .filter(path => needOf(path) === need)
    .map(path => ({ path, bytes: statSync(path).size }))
    .sort((a, b) => b.bytes - a.bytes)
    .filter((_, index) => index % parts === part - 1)
    .map(({ path }) => path)
}
