import { cpSync } from 'node:fs'
import { access, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { databaseFingerprint } from './database-fingerprint.ts'
import { makeEmpty } from './make-empty.ts'
import { temporaryRoot } from './temporary-root.ts'

const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url))

/**
 * Puts an embedded database into a data folder as a first start would leave it: making one takes seconds, copying it does
 * not. It is made once per set of migrations and packages, and kept beside them.
 */
export async function copyEmptyDatabase(dataDir: string): Promise<void> {
  made ??= makeOnce()
  // Of the ways to copy, the one that takes a fifth of the time of the others.
  cpSync(await made, join(dataDir, 'database'), { recursive: true })
}

let made: Promise<string> | undefined

/** Test files run side by side: each makes its own, and the second one finds the name taken and drops it. */
async function makeOnce(): Promise<string> {
  const folder = join(cache, `empty-database-${await databaseFingerprint()}`)
  if (await exists(folder)) return folder
  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(join(temporaryRoot, 'conch-empty-'))
  await makeSmall(join(fresh, 'database'))
  await makeEmpty({ DATA_DIR: fresh })
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

/**
 * An empty cluster with little to copy and to open. Of the 41 MB that Postgres makes, 16 are its log, in one piece, and 14 are
 * the databases that others are made from; and the 128 MB of buffers it clears at each start.
 */
async function makeSmall(folder: string): Promise<void> {
  const pglite = await PGlite.create({ dataDir: folder, initDbStartParams: ['--wal-segsize=1'] })
  await pglite.exec('update pg_database set datistemplate = false where datname <> current_database()')
  for (const name of ['template0', 'template1']) await pglite.exec(`drop database ${name}`)
  await pglite.close()
  const settings = join(folder, 'postgresql.conf')
  await writeFile(settings, `${await readFile(settings, 'utf8')}\nshared_buffers = 16MB\n`)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
