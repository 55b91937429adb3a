import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/read-config.ts'
import { readAccessSecrets, readEncryptionKeys } from '../config/secrets.ts'
import { type Database, openEmbedded, openPostgres } from '../db/client.ts'
import { EmbeddedThread } from '../db/embedded/embedded-thread.ts'
import { RefusedValues } from '../db/refused-values.ts'
import { cipherFor } from './database-keys.ts'

/**
 * Opens the database, and the secrets that belong to it: missing ones are made once it is certain that the keys open
 * the database's values. Whatever is opened closes with `opened`. `startEmbedded`
 * starts the embedded database, or has done so.
 *
 * @throws KeysDoNotFit, UnusableSecretFile, ExposedSecretFile
 */
export async function openStorage(
  config: Config,
  log: FastifyBaseLogger,
  opened: AsyncDisposableStack,
  startEmbedded = (folder: string) => new EmbeddedThread(folder, err => log.fatal({ err }, err.message)),
) {
  const say = (line: string) => log.warn(line)
  const given = await readEncryptionKeys(config, say)
  const database: Database = config.databaseUrl
    ? await openPostgres(config.databaseUrl, error => log.warn({ err: error }, 'a database connection broke'))
    : await openEmbedded(startEmbedded(join(config.dataDir, 'database')), error =>
        log.warn({ err: error }, 'the embedded database: maintenance failed, or its connection broke'),
      )
  opened.defer(() => database.close())
  const refused = new RefusedValues(log)
  const cipher = await cipherFor(config, database, given, { say, onRefused: refused.add })
  return { database, cipher, refused, ...(await readAccessSecrets(config, say)) }
}
