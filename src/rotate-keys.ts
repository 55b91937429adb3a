import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, InvalidConfig, loadEnvFile, readConfig } from './config.ts'
import { type Database, openEmbedded, openPostgres } from './db/client.ts'
import { DataDirLocked, lockDataDir } from './db/data-dir-lock.ts'
import { Cipher } from './db/encrypted.ts'
import { reencrypt } from './db/reencrypt.ts'
import type { ReencryptionReport } from './db/reencryption-report.ts'
import { encryptedTables } from './encrypted-tables.ts'
import { loggableError } from './loggable-error.ts'
import { RemoteReencryptionFailed, reencryptRemotely } from './remote-reencryption.ts'
import { isRotated, progressWords, rotationWords } from './rotation-report.ts'
import { UnusableSecretFile } from './secret-file.ts'
import { readSecrets, type Secrets } from './secrets.ts'

/**
 * `npm run keys:rotate`: encrypts everything anew with the first of the keys, while servers run and write.
 *
 * On Postgres it works beside them; the embedded database it opens itself or, if a server has it, asks that one. Exits
 * with 0 only if everything is under the newest key; what keeps it from that is said in a sentence, with what to do.
 * Stopped at any time, it loses nothing: run again, it goes on.
 */
const stopping = new AbortController()
const { signal } = stopping
const onProgress = progressLines(2_000)
process.once('SIGINT', () => stopping.abort())
process.once('SIGTERM', () => stopping.abort())

try {
  const config = readConfig(loadEnvFile(process.env, '.env'))
  process.exitCode = await rotate(config)
} catch (error) {
  const expected = [InvalidConfig, UnusableSecretFile, RemoteReencryptionFailed].some(kind => error instanceof kind)
  if (signal.aborted) console.error('Stopped. Nothing is lost; run this again to go on.')
  else if (expected) console.error(`conch: ${(error as Error).message}`)
  else console.error('conch: something broke; nothing is lost.', loggableError(error))
  process.exitCode = 1
}

async function rotate(config: Config): Promise<number> {
  const { dataDir, databaseUrl } = config
  if (!databaseUrl && !existsSync(join(dataDir, 'database'))) {
    console.error(`conch: there is no database in ${dataDir}: set DATA_DIR to the folder of the server`)
    return 1
  }
  const secrets = await readSecrets(config)
  const report = databaseUrl ? await onPostgres(databaseUrl, secrets) : await onEmbedded(config, secrets)
  const keysFrom = config.encryptionKeys ? 'ENCRYPTION_KEYS' : join(dataDir, 'encryption-keys')
  const wanted = secrets.encryptionKeys[0]?.id ?? ''
  for (const line of rotationWords(report, { keysFrom, wanted })) console.log(line)
  return isRotated(report, wanted) ? 0 : 1
}

async function onPostgres(url: string, secrets: Secrets): Promise<ReencryptionReport> {
  return here(await openPostgres(url, () => {}), secrets) // A broken connection also fails the statement that needed it.
}

async function onEmbedded({ dataDir, host, port }: Config, secrets: Secrets): Promise<ReencryptionReport> {
  const lock = await lockDataDir(dataDir).catch(error => {
    if (error instanceof DataDirLocked) return error
    throw error
  })
  if (lock instanceof DataDirLocked) {
    console.log(`${lock.message}: asking it to do this.`)
    return reencryptRemotely({ host, port, operatorToken: secrets.operatorToken, signal, onProgress })
  }
  try {
    return await here(await openEmbedded(join(dataDir, 'database')), secrets)
  } finally {
    await lock.release()
  }
}

/** In this process. */
async function here(database: Database, { encryptionKeys }: Secrets): Promise<ReencryptionReport> {
  try {
    const cipher = new Cipher(encryptionKeys)
    return await reencrypt({ queries: database.queries, cipher, tables: encryptedTables, signal, onProgress })
  } finally {
    await database.close()
  }
}

/** Says how far it is, but not more often than this. */
function progressLines(everyMs: number): (report: ReencryptionReport) => void {
  let lastMs = performance.now()
  return report => {
    if (performance.now() - lastMs < everyMs) return
    lastMs = performance.now()
    console.log(progressWords(report))
  }
}
