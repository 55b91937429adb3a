import { loadEnvFile, readConfig } from './config.ts'
import { openEmbedded } from './db/client.ts'
import { lockDataDir } from './db/data-dir-lock.ts'
import { migratePostgres } from './db/migrate.ts'

/** `npm run db:migrate`: what the server does at its start, alone; for deployments that migrate in a step of its own. */
const { databaseUrl, dataDir } = readConfig(loadEnvFile(process.env, '.env'))
if (databaseUrl) await migratePostgres(databaseUrl)
else {
  const lock = await lockDataDir(dataDir)
  const database = await openEmbedded(`${dataDir}/database`, () => {})
  await database.close()
  await lock.release()
}
console.log('The database is up to date.')
