import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { type EncryptionKey, parseEncryptionKeys } from './db/encryption-keys.ts'
import { changeKept, keptIn, type SecretFile } from './secret-file.ts'

export interface Secrets {
  cookieSecret: string
  encryptionKeys: EncryptionKey[]
  operatorToken: string
}

/** What is random and nothing else. */
const random: Pick<SecretFile<string>, 'make' | 'parse'> = {
  make: () => randomBytes(32).toString('base64'),
  parse: text => (/^[A-Za-z0-9+/]{43}=$/.test(text) ? text : undefined),
}

const cookieSecretFile: SecretFile<string> = {
  ...random,
  name: 'cookie-secret',
  loss: 'every browser becomes a new owner',
}

const operatorTokenFile: SecretFile<string> = {
  ...random,
  name: 'operator-token',
  loss: 'who uses the old one must be told the new one',
}

/** Written as `ENCRYPTION_KEYS` is, so that it can be moved there. */
const encryptionKeysFile: SecretFile<EncryptionKey[]> = {
  name: 'encryption-keys',
  make: () => newEncryptionKey([]),
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
  config: Pick<Config, 'cookieSecret' | 'encryptionKeys' | 'operatorToken' | 'dataDir'>,
): Promise<Secrets> {
  return {
    cookieSecret: config.cookieSecret ?? (await keptIn(config.dataDir, cookieSecretFile)),
    encryptionKeys: config.encryptionKeys ?? (await keptIn(config.dataDir, encryptionKeysFile)),
    operatorToken: config.operatorToken ?? (await keptIn(config.dataDir, operatorTokenFile)),
  }
}

/** The operator token that is kept in `dataDir`, and where. Throws as `readSecrets` does. */
export async function keptOperatorToken(dataDir: string): Promise<{ token: string; path: string }> {
  return { token: await keptIn(dataDir, operatorTokenFile), path: join(dataDir, operatorTokenFile.name) }
}

/**
 * Makes a key, puts it first in the file in `dataDir` that keeps them, and answers its id. From the next start on it
 * writes, and those that were there still read. Throws as `changeKept` does.
 */
export async function addEncryptionKey(dataDir: string): Promise<string> {
  let id = ''
  await changeKept(dataDir, encryptionKeysFile, (keys, text) => {
    const entry = newEncryptionKey(keys.map(key => key.id))
    id = entry.slice(0, entry.indexOf(':'))
    return `${entry},${text}`
  })
  return id
}

/** A new entry for `ENCRYPTION_KEYS`. Its id is the date, with a number if the date is taken. */
export function newEncryptionKey(takenIds: readonly string[]): string {
  const date = new Date().toISOString().slice(0, 10)
  let id = date
  for (let number = 2; takenIds.includes(id); number++) id = `${date}.${number}`
  return `${id}:${randomBytes(32).toString('base64')}`
}
