import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type EncryptionKey, parseEncryptionKeys } from './encryption-keys.ts'
import type { Config } from './read-config.ts'
import { changeKept, keptIn, readKept, type Say, type SecretFile } from './secret-file.ts'

/** The secrets that grant access. Losing them costs access, and nothing that was saved. */
export interface AccessSecrets {
  cookieSecret: string
  operatorToken: string
}

/** A secret of random characters only. */
const random: Pick<SecretFile<string>, 'make' | 'parse'> = {
  make: () => randomBytes(32).toString('base64'),
  parse: text => (/^[A-Za-z0-9+/]{43}=$/.test(text) ? text : undefined),
}

const cookieSecretFile: SecretFile<string> = {
  ...random,
  name: 'cookie-secret',
  loss: 'every browser becomes a new owner',
  renewal: 'delete it and restart, and every browser becomes a new owner',
}

const operatorTokenFile: SecretFile<string> = {
  ...random,
  name: 'operator-token',
  loss: 'operators must be given the new one',
  renewal: 'delete it and restart, and give operators the new one',
}

/** Written as `ENCRYPTION_KEYS` is, so that it can be moved there. */
const encryptionKeysFile: SecretFile<EncryptionKey[]> = {
  name: 'encryption-keys',
  make: newEncryptionKey,
  parse: text => {
    try {
      return parseEncryptionKeys(text)
    } catch {
      return undefined
    }
  },
  loss: 'nothing that was saved can be read any more',
  renewal: 'npm run keys:add, restart, npm run keys:rotate',
}

/**
 * The configured secrets; else those kept in `dataDir`, made at the first start. `say` reports files that others could
 * read.
 *
 * Throws `UnusableSecretFile` if a file is there but unreadable, cut or otherwise not a secret; `ExposedSecretFile`.
 */
export async function readAccessSecrets(
  config: Pick<Config, 'cookieSecret' | 'operatorToken' | 'dataDir'>,
  say: Say,
): Promise<AccessSecrets> {
  return {
    cookieSecret: config.cookieSecret ?? (await keptIn(config.dataDir, cookieSecretFile, say)),
    operatorToken: config.operatorToken ?? (await keptIn(config.dataDir, operatorTokenFile, say)),
  }
}

/** The configured keys, else those kept in `dataDir`; none are made. Throws as `readAccessSecrets` does. */
export async function readEncryptionKeys(
  config: Pick<Config, 'encryptionKeys' | 'dataDir'>,
  say: Say,
): Promise<EncryptionKey[] | undefined> {
  return config.encryptionKeys ?? (await readKept(config.dataDir, encryptionKeysFile, say))
}

/**
 * Makes the first key and keeps it in `dataDir`, unless keys are there. Only for a database without sealed values: for
 * any other database the key is lost, and a new one would hide that.
 */
export function makeEncryptionKeys(dataDir: string, say: Say): Promise<EncryptionKey[]> {
  return keptIn(dataDir, encryptionKeysFile, say)
}

/** The source of the keys, for a message: the variable or the file. */
export function keysFrom({ encryptionKeys, dataDir }: Pick<Config, 'encryptionKeys' | 'dataDir'>): string {
  return encryptionKeys ? 'ENCRYPTION_KEYS' : join(dataDir, encryptionKeysFile.name)
}

/** The configured operator token, or the one that is kept; none is made. Throws as `readAccessSecrets` does. */
export async function readOperatorToken(
  config: Pick<Config, 'operatorToken' | 'dataDir'>,
  say: Say,
): Promise<string | undefined> {
  return config.operatorToken ?? (await readKept(config.dataDir, operatorTokenFile, say))
}

/** The operator token that is kept in `dataDir`, and where. Throws as `readAccessSecrets` does. */
export async function keptOperatorToken(dataDir: string): Promise<{ token: string; path: string }> {
  const token = await keptIn(dataDir, operatorTokenFile, () => {})
  return { token, path: join(dataDir, operatorTokenFile.name) }
}

/**
 * Makes a key, puts it first in the key file in `dataDir`, and answers its id. It writes from the next start on, and
 * the earlier keys still read. Throws as `changeKept` does.
 */
export async function addEncryptionKey(dataDir: string, say: Say): Promise<string> {
  const entry = newEncryptionKey()
  await changeKept(dataDir, encryptionKeysFile, (_keys, text) => `${entry},${text}`, say)
  return entry.slice(0, entry.indexOf(':'))
}

/**
 * A new entry for `ENCRYPTION_KEYS`. Its id begins with the date, for people, and is random, so that no two keys have
 * the same: a value under a lost key never seems to be under the key that replaced it.
 */
export function newEncryptionKey(): string {
  const date = new Date().toISOString().slice(0, 10)
  return `${date}-${randomBytes(6).toString('hex')}:${randomBytes(32).toString('base64')}`
}
