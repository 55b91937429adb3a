import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/read-config.ts'
import { readAccessSecrets, readEncryptionKeys } from '../config/secrets.ts'
import { type Database, openEmbedded, openPostgres } from '../db/client.ts'
import { RefusedValues } from '../db/refused-values.ts'
import { cipherFor } from './database-keys.ts'

/**
 * Opens the database, and the secrets that belong to it: missing ones are made once it is certain that the keys open
 * the database's values. Whatever is opened closes with `opened`.
 *
 * @throws KeysDoNotFit, UnusableSecretFile, ExposedSecretFile
 */
export async function openStorage(
  config: Config,
  log: FastifyBaseLogger,
  opened: AsyncDisposableStack,
  onDatabaseLost: (error: Error) => void = error => log.fatal({ err: error }, 'the embedded database has stopped'),
) {
  const say = (line: string) => log.warn(line)
  const given = await readEncryptionKeys(config, say)
  const database: Database = config.databaseUrl
    ? await openPostgres(config.databaseUrl, error => log.warn({ err: error }, 'a database connection broke'))
    : await openEmbedded(
        `${config.dataDir}/database`,
        error => log.warn({ err: error }, 'the embedded database could not be vacuumed'),
        onDatabaseLost,
      )
  opened.defer(() => database.close())
  const refused = new RefusedValues(log)
  const cipher = await cipherFor(config, database, given, { say, onRefused: refused.add })
  return { database, cipher, refused, ...(await readAccessSecrets(config, say)) }
}
