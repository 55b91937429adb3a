import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)

/** Of all that determines an empty database, and of how these tests make one. */
export async function databaseFingerprint(): Promise<string> {
  const migrations = (await readdir(new URL('drizzle', root))).filter(name => name.endsWith('.sql')).sort()
  const hash = createHash('sha256')
  const paths = ['package-lock.json', 'src/db/jobs.ts', ...migrations.map(name => `drizzle/${name}`)]
  for (const path of paths) hash.update(await readFile(new URL(path, root)))
  hash.update(await readFile(fileURLToPath(new URL('empty-database.ts', import.meta.url))))
  return hash.digest('hex').slice(0, 16)
}
