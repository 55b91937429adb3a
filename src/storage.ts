import type { FastifyBaseLogger } from 'fastify'
import type { Config } from './config.ts'
import { type Database, openEmbedded, openPostgres } from './db/client.ts'
import { Cipher } from './db/encrypted.ts'
import { RefusedValues } from './db/refused-values.ts'
import { readSecrets } from './secrets.ts'

/** The database, and the secrets that belong to it. What is opened closes with `opened`. */
export async function openStorage(config: Config, log: FastifyBaseLogger, opened: AsyncDisposableStack) {
  const { cookieSecret, encryptionKeys, operatorToken } = await readSecrets(config)
  const database: Database = config.databaseUrl
    ? await openPostgres(config.databaseUrl, error => log.warn({ err: error }, 'a database connection broke'))
    : await openEmbedded(`${config.dataDir}/database`, error =>
        log.warn({ err: error }, 'the embedded database could not be vacuumed'),
      )
  opened.defer(() => database.close())
  const refused = new RefusedValues(log)
  return {
    database,
    cipher: new Cipher(encryptionKeys, { onRefused: refused.add }),
    refused,
    cookieSecret,
    operatorToken,
  }
}
