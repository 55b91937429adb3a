import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EncryptionKey } from '../config/encryption-keys.ts'
import type { Config } from '../config/read-config.ts'
import type { Say } from '../config/secret-file.ts'
import { keysFrom, makeEncryptionKeys } from '../config/secrets.ts'
import { checkKeys, hasSealedValues, type KeyFindings } from '../db/check-keys.ts'
import type { Database } from '../db/client.ts'
import { Cipher, type CipherOptions } from '../db/encrypted.ts'
import { encryptedTables } from './encrypted-tables.ts'

/** The database has values that the given keys do not open. The message is one line, and names the missing key. */
export class KeysDoNotFit extends Error {
  override readonly name = 'KeysDoNotFit'
  readonly code = 'KEYS_DO_NOT_FIT'
}

type KeyConfig = Pick<Config, 'encryptionKeys' | 'dataDir' | 'databaseUrl'>

/**
 * The cipher for the database: with the given keys, if they open its values; with a new one, which is kept in
 * `dataDir`, if it has no values.
 *
 * Without this check a server whose key file was lost would make a new key, and the database would mix values of two
 * keys.
 *
 * @param given the result of `readEncryptionKeys`
 * @throws KeysDoNotFit with nothing changed
 */
export async function cipherFor(
  config: KeyConfig,
  { queries }: Database,
  given: readonly EncryptionKey[] | undefined,
  { say, ...options }: CipherOptions & { say: Say },
): Promise<Cipher> {
  if (given) return fittingCipher(config, { queries }, given, options)
  if (await hasSealedValues(queries, encryptedTables)) {
    const { missing } = await checkKeys(queries, undefined, encryptedTables)
    throw new KeysDoNotFit(
      `the database has values that are encrypted with ${keyNames(missing)}, and ${keysFrom(config)} is not there: ` +
        'restore it from a backup. No key was made',
    )
  }
  return new Cipher(await makeEncryptionKeys(config.dataDir, say), options)
}

/**
 * The cipher for the database, for a script: it makes no key.
 *
 * @param lenient for the script that reports unreadable values itself: a key may be missing
 * @throws KeysDoNotFit
 */
export async function fittingCipher(
  config: KeyConfig,
  { queries }: Pick<Database, 'queries'>,
  given: readonly EncryptionKey[] | undefined,
  { lenient = false, ...options }: CipherOptions & { lenient?: boolean } = {},
): Promise<Cipher> {
  if (!given) throw new KeysDoNotFit(noKeys(config))
  const cipher = new Cipher(given, options)
  const { missing, wrong } = await checkKeys(queries, cipher, encryptedTables)
  const found = { missing: lenient ? [] : missing, wrong }
  if (found.missing.length + found.wrong.length > 0) throw new KeysDoNotFit(words(found, keysFrom(config)))
  return cipher
}

/** The message for a folder without keys. */
export function noKeys(config: KeyConfig): string {
  const lost = !config.databaseUrl && existsSync(join(config.dataDir, 'database'))
  const remedy = lost ? 'restore it from a backup, since there is a database' : 'the first start of the server makes it'
  return `${keysFrom(config)} is not there: ${remedy}`
}

function words({ missing, wrong }: Pick<KeyFindings, 'missing' | 'wrong'>, from: string): string {
  if (missing.length > 0) {
    const [are, them] = missing.length > 1 ? ['are', 'them'] : ['is', 'it']
    return `the database has values that are encrypted with ${keyNames(missing)}, which ${are} not in ${from}: add ${them} there`
  }
  const [open, ids] = wrong.length > 1 ? ['open', 'ids'] : ['opens', 'id']
  return `${keyNames(wrong)} in ${from} ${open} nothing that the database has under the same ${ids}: put the right one there`
}

function keyNames(ids: readonly string[]): string {
  if (ids.length === 0) return 'a key'
  return `${ids.length > 1 ? 'keys' : 'key'} ${new Intl.ListFormat('en-GB').format(ids)}`
}
