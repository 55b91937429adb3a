import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isOwnFolder } from './own-folder.ts'

/**
 * The folder inside a data folder for what V8 compiles of one version of Conch and Node, made if it is missing. None where the data
 * folder is not there, cannot be written, or others could write to it, who would run their code here.
 *
 * @param version a name that begins with `conch-`
 */
export function compiledCodeFolder(dataDir: string, version: string): string | undefined {
  if (!existsSync(dataDir)) return
  const folder = join(dataDir, 'compiled')
  return isOwnFolder(folder) ? join(folder, version) : undefined
}

/** Removes what is kept of other versions, and nothing else that is there; what cannot be removed stays. */
export async function removeOtherVersions(dataDir: string, version: string): Promise<void> {
  const folder = join(dataDir, 'compiled')
  const names = await readdir(folder).catch(() => [])
  const others = names.filter(name => name.startsWith('conch-') && name !== version)
  await Promise.allSettled(others.map(name => rm(join(folder, name), { recursive: true })))
}
