import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A secret that is made once and kept in a file of the data folder, for the owner of the process only. */
export interface SecretFile<T> {
  readonly name: string
  readonly make: () => string
  /** Undefined when the text is not what `make` writes. */
  readonly parse: (text: string) => T | undefined
  /** What a new file would cost, to be said before somebody deletes the old one. */
  readonly loss: string
}

/** A file that keeps a secret is there and cannot be used. The message names the file and holds nothing of it. */
export class UnusableSecretFile extends Error {
  override readonly name = 'UnusableSecretFile'
  readonly code = 'UNUSABLE_SECRET_FILE'
  readonly path: string

  constructor(path: string, reason: string, loss: string) {
    super(`${path} ${reason}: restore it from a backup. It is never replaced; deleting it makes a new one, and ${loss}`)
    this.path = path
  }
}

/** A secret was to be changed and was not; the message says why. */
export class SecretFileUnchanged extends Error {
  override readonly name = 'SecretFileUnchanged'
  readonly code = 'SECRET_FILE_UNCHANGED'
}

/** The secret in `dataDir`, made if there is none. Throws `UnusableSecretFile`. */
export async function keptIn<T>(dataDir: string, file: SecretFile<T>): Promise<T> {
  const path = join(dataDir, file.name)
  let text = await contents(path, file)
  if (text === undefined) {
    await create(path, file.make())
    text = await contents(path, file)
  }
  return parsed(path, text ?? '', file)
}

/**
 * Replaces the text of a secret that is there by what `change` makes of it.
 *
 * Cut short at any time, it leaves the old file or the new one. Of several at once one changes it, the others throw
 * `SecretFileUnchanged`. Returns once the new file would survive a power cut. Throws `UnusableSecretFile`.
 */
export async function changeKept<T>(
  dataDir: string,
  file: SecretFile<T>,
  change: (secret: T, text: string) => string,
): Promise<void> {
  const path = await target(join(dataDir, file.name))
  // Of this one name, so that nobody else changes the file meanwhile.
  const draft = `${path}.new`
  const handle = await open(draft, 'wx', 0o600).catch(error => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new SecretFileUnchanged(`${draft} is there: another process writes it, or was stopped; then delete that file`)
  })
  try {
    const text = (await readFile(path, 'utf8')).trimEnd()
    await handle.writeFile(`${change(parsed(path, text, file), text)}\n`)
    await handle.sync()
    await rename(draft, path)
  } catch (error) {
    await rm(draft)
    throw error
  } finally {
    await handle.close()
  }
  await syncFolder(dirname(path))
}

/** Where a link points to, should it be one. */
async function target(path: string): Promise<string> {
  return realpath(path).catch(error => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new SecretFileUnchanged(`${path} is not there: the first start of the server makes it`)
  })
}

async function contents(path: string, { loss }: SecretFile<unknown>): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new UnusableSecretFile(path, `cannot be read (${code})`, loss)
  }
}

function parsed<T>(path: string, text: string, { parse, loss }: SecretFile<T>): T {
  const secret = parse(text.trimEnd())
  if (secret === undefined) throw new UnusableSecretFile(path, 'is cut or not a secret', loss)
  return secret
}

/**
 * All or nothing: a crash leaves no half of a secret, and when several processes start at once the first one's stays.
 *
 * Returns once the file would survive a power cut, since what is encrypted next depends on it.
 */
async function create(path: string, text: string): Promise<void> {
  const directory = dirname(path)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(draft, `${text}\n`, { flag: 'wx', mode: 0o600, flush: true })
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
  await syncFolder(directory)
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder)
  await handle.sync()
}
