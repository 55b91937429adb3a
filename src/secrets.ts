import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from './config.ts'
import { type EncryptionKey, parseEncryptionKeys } from './db/encryption-keys.ts'

export interface Secrets {
  cookieSecret: string
  encryptionKeys: EncryptionKey[]
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

interface SecretFile<T> {
  readonly name: string
  readonly make: () => string
  /** Undefined when the text is not what `make` writes. */
  readonly parse: (text: string) => T | undefined
  /** What a new file would cost, to be said before somebody deletes the old one. */
  readonly loss: string
}

const cookieSecretFile: SecretFile<string> = {
  name: 'cookie-secret',
  make: () => randomBytes(32).toString('base64'),
  parse: text => (/^[A-Za-z0-9+/]{43}=$/.test(text) ? text : undefined),
  loss: 'every browser becomes a new owner',
}

/** Written as `ENCRYPTION_KEYS` is, so that it can be moved there. */
const encryptionKeysFile: SecretFile<EncryptionKey[]> = {
  name: 'encryption-keys',
  make: () => `${new Date().toISOString().slice(0, 10)}:${randomBytes(32).toString('base64')}`,
  parse: text => {
    try {
      return parseEncryptionKeys(text)
    } catch {
      return undefined
    }
  },
  loss: 'nothing that was saved can be read any more',
}

/**
 * The secrets that were configured; else those kept in `dataDir`, made at the first start.
 *
 * Throws `UnusableSecretFile` if a file is there but unreadable, cut or otherwise not a secret.
 */
export async function readSecrets(
  config: Pick<Config, 'cookieSecret' | 'encryptionKeys' | 'dataDir'>,
): Promise<Secrets> {
  return {
    cookieSecret: config.cookieSecret ?? (await keptIn(config.dataDir, cookieSecretFile)),
    encryptionKeys: config.encryptionKeys ?? (await keptIn(config.dataDir, encryptionKeysFile)),
  }
}

async function keptIn<T>(dataDir: string, file: SecretFile<T>): Promise<T> {
  const path = join(dataDir, file.name)
  let text = await contents(path, file.loss)
  if (text === undefined) {
    await create(path, file.make())
    text = await contents(path, file.loss)
  }
  const secret = file.parse(text?.trimEnd() ?? '')
  if (secret === undefined) throw new UnusableSecretFile(path, 'is cut or not a secret', file.loss)
  return secret
}

async function contents(path: string, loss: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new UnusableSecretFile(path, `cannot be read (${code})`, loss)
  }
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
  await using handle = await open(directory)
  await handle.sync()
}
