import { randomBytes } from 'node:crypto'
import { link, lstat, mkdir, open, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A secret that is made once and kept in a file of the data folder, for the owner of the process only. */
export interface SecretFile<T> {
  readonly name: string
  readonly make: () => string
  /** Undefined when the text is not what `make` writes. */
  readonly parse: (text: string) => T | undefined
  /** The loss that a new file would cause, shown to an operator who might delete the old one. */
  readonly loss: string
  /** How to replace it, shown when others may have read it. */
  readonly renewal: string
}

/** Prints a line for the operator. */
export type Say = (line: string) => void

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

/** Others can read a secret, and that could not be changed. The message names the file and holds nothing of it. */
export class ExposedSecretFile extends Error {
  override readonly name = 'ExposedSecretFile'
  readonly code = 'EXPOSED_SECRET_FILE'
  readonly path: string

  constructor(path: string, mode: string, cause: NodeJS.ErrnoException) {
    super(
      `${path} can be read by others (mode ${mode}), and that cannot be changed (${cause.code}): make it mode 600`,
      {
        cause,
      },
    )
    this.path = path
  }
}

/** A secret was to be changed and was not; the message gives the reason. */
export class SecretFileUnchanged extends Error {
  override readonly name = 'SecretFileUnchanged'
  readonly code = 'SECRET_FILE_UNCHANGED'
}

/** The secret in `dataDir`, if there is one. Throws `UnusableSecretFile`, `ExposedSecretFile`. */
export async function readKept<T>(dataDir: string, file: SecretFile<T>, say: Say): Promise<T | undefined> {
  const path = join(dataDir, file.name)
  const text = await contents(path, file, say)
  return text === undefined ? undefined : parsed(path, text, file)
}

/** The secret in `dataDir`, made if there is none. Throws as `readKept` does. */
export async function keptIn<T>(dataDir: string, file: SecretFile<T>, say: Say): Promise<T> {
  const kept = await readKept(dataDir, file, say)
  if (kept !== undefined) return kept
  const path = join(dataDir, file.name)
  await create(path, file.make())
  return parsed(path, (await contents(path, file, say)) ?? '', file)
}

/**
 * Replaces the text of an existing secret by the result of `change`.
 *
 * Cut short at any time, it leaves the old file or the new one. Of several concurrent calls one changes it, the others
 * throw `SecretFileUnchanged`. Returns once the new file would survive a power cut. Throws as `readKept` does.
 */
export async function changeKept<T>(
  dataDir: string,
  file: SecretFile<T>,
  change: (secret: T, text: string) => string,
  say: Say,
): Promise<void> {
  const path = await target(join(dataDir, file.name))
  // One fixed name, so that no other process changes the file meanwhile.
  const draft = `${path}.new`
  const handle = await open(draft, 'wx', 0o600).catch(error => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new SecretFileUnchanged(`${draft} is there: another process writes it, or was stopped; then delete that file`)
  })
  try {
    const text = ((await contents(path, file, say)) ?? '').trimEnd()
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

/** The target of a link, or the path itself. */
async function target(path: string): Promise<string> {
  return realpath(path).catch(error => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new SecretFileUnchanged(`${path} is not there: the first start of the server makes it`)
  })
}

/** Undefined when there is no file. A file that others can read is closed to them first, and `say` reports it. */
async function contents(path: string, { loss, renewal }: SecretFile<unknown>, say: Say): Promise<string | undefined> {
  try {
    await using handle = await open(path, 'r')
    const stats = await handle.stat()
    const mode = stats.mode & 0o777
    if (stats.isFile() && othersCan(mode)) {
      await handle.chmod(0o600).catch(cause => {
        throw new ExposedSecretFile(path, mode.toString(8), cause)
      })
      say(
        `${path} could be read by others (mode ${mode.toString(8)}); now only its owner can. If one may have: ${renewal}`,
      )
    }
    return await handle.readFile('utf8')
  } catch (error) {
    if (error instanceof ExposedSecretFile) throw error
    const { code } = error as NodeJS.ErrnoException
    // A link that points nowhere is no reason to make a secret.
    if (code === 'ENOENT' && !(await isLink(path))) return undefined
    throw new UnusableSecretFile(path, `cannot be read (${code})`, loss)
  }
}

/** Windows keeps no such modes. */
function othersCan(mode: number): boolean {
  return process.platform !== 'win32' && (mode & 0o077) !== 0
}

function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    stats => stats.isSymbolicLink(),
    () => false,
  )
}

function parsed<T>(path: string, text: string, { parse, loss }: SecretFile<T>): T {
  const secret = parse(text.trimEnd())
  if (secret === undefined) throw new UnusableSecretFile(path, 'is cut or not a secret', loss)
  return secret
}

/**
 * All or nothing: a crash leaves no half of a secret, and when several processes start at once the first one's stays.
 *
 * Returns once the file would survive a power cut, since the next values are encrypted with it.
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
