import { InvalidConfig, loadEnvFile, readConfig } from '../config/read-config.ts'
import { ExposedSecretFile, UnusableSecretFile } from '../config/secret-file.ts'
import { readEncryptionKeys } from '../config/secrets.ts'
import type { Database } from '../db/client.ts'
import { DataDirLocked, lockDataDir } from '../db/data-dir-lock.ts'
import { quickImports } from '../db/quick-imports.ts'

quickImports()
const { fittingCipher, KeysDoNotFit } = await import('../app/database-keys.ts')
const { encryptedTables } = await import('../app/encrypted-tables.ts')
const { hasSealedValues } = await import('../db/check-keys.ts')
const { openEmbedded, openPostgres } = await import('../db/client.ts')

/**
 * `npm run db:migrate`: does to the database what the server does at its start, alone; for deployments that migrate in
 * a step of its own. Keys that would stop the server's start are an error here already; none are made.
 */
try {
  const config = readConfig(loadEnvFile(process.env, '.env'))
  const given = await readEncryptionKeys(config, line => console.error(`conch: ${line}`))
  const lock = config.databaseUrl ? undefined : await lockDataDir(config.dataDir)
  try {
    // Opening it brings it up to date.
    const database: Database = config.databaseUrl
      ? await openPostgres(config.databaseUrl, () => {})
      : await openEmbedded(`${config.dataDir}/database`, () => {})
    try {
      if (given || (await hasSealedValues(database.queries, encryptedTables)))
        await fittingCipher(config, database, given)
    } finally {
      await database.close()
    }
  } finally {
    await lock?.release()
  }
  console.log('The database is up to date.')
} catch (error) {
  const expected = [InvalidConfig, DataDirLocked, UnusableSecretFile, ExposedSecretFile, KeysDoNotFit]
  if (!expected.some(kind => error instanceof kind)) throw error
  console.error(`conch: ${(error as Error).message}`)
  process.exitCode = 1
}
