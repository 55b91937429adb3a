import { globSync, readFileSync } from 'node:fs'
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
 * The files with that need, or one of several parts of them that take about as long: the file that takes longest goes to the first
 * part, the next one to the part that has least, and so on.
 *
 * @param part from 1
 */
export function filesThatNeed(need: Need, { part = 1, of: count = 1 } = {}): string[] {
  const files = testFiles()
    .filter(path => needOf(path) === need)
    .map(path => ({ path, weight: weightOf(path) }))
    .sort((a, b) => b.weight - a.weight)
  const parts = Array.from({ length: count }, () => ({ weight: 0, paths: [] as string[] }))
  for (const { path, weight } of files) {
    const lightest = parts.reduce((a, b) => (b.weight < a.weight ? b : a))
    lightest.weight += weight
    lightest.paths.push(path)
  }
  return parts[part - 1]?.paths ?? []
}

/** How long a file may take, in no unit: a kilobyte of tests takes half a second, and a start of a process a second and a half. */
function weightOf(path: string): number {
  const text = readFileSync(path, 'utf8')
  const starts = text.match(/\b(startServer|runCommand|spawn|execFile)\(/g)?.length ?? 0
  return text.length + 3_000 * starts
}
