import { createHash } from 'node:crypto'
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Puts an embedded database into a data folder as a first start would leave it: making one takes seconds, copying it does
 * not. It is made once per set of migrations and packages, and kept beside them.
 */
export async function copyEmptyDatabase(dataDir: string): Promise<void> {
  made ??= makeOnce()
  await cp(await made, join(dataDir, 'database'), { recursive: true })
}

let made: Promise<string> | undefined

/** Test files run side by side: each makes its own, and who comes second finds the name taken and drops it. */
async function makeOnce(): Promise<string> {
  const cache = join(root, 'node_modules', '.cache')
  const folder = join(cache, `empty-database-${await fingerprint()}`)
  if (await exists(folder)) return folder
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(join(tmpdir(), 'conch-empty-'))
  const app = await buildApp(readConfig({ LOG_LEVEL: 'silent', DATA_DIR: fresh }))
  await app.close()
  const draft = await mkdtemp(join(cache, 'empty-database-'))
  await cp(join(fresh, 'database'), draft, { recursive: true })
  await rm(fresh, { recursive: true })
  try {
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true })
    if (!(await exists(folder))) throw error
  }
  return folder
}

/** Of all that decides what an empty database looks like. */
async function fingerprint(): Promise<string> {
  const migrations = (await readdir(join(root, 'drizzle'))).filter(name => name.endsWith('.sql')).sort()
  const hash = createHash('sha256')
  for (const path of ['package-lock.json', ...migrations.map(name => `drizzle/${name}`)])
    hash.update(await readFile(join(root, path)))
  return hash.digest('hex').slice(0, 16)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
