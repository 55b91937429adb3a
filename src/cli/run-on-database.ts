import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fittingCipher, KeysDoNotFit, noKeys } from '../app/database-keys.ts'
import { loggableError } from '../base/loggable-error.ts'
import type { EncryptionKey } from '../config/encryption-keys.ts'
import { type Config, InvalidConfig, loadEnvFile, readConfig } from '../config/read-config.ts'
import { ExposedSecretFile, UnusableSecretFile } from '../config/secret-file.ts'
import { readEncryptionKeys, readOperatorToken } from '../config/secrets.ts'
import { type Database, openEmbedded, openPostgres } from '../db/client.ts'
import { DataDirLocked, lockDataDir } from '../db/data-dir-lock.ts'
import type { Cipher } from '../db/encrypted.ts'
import { RemoteWorkFailed, workRemotely } from './remote-work.ts'

/** A long piece of work on the database, for an npm script. */
export interface DatabaseWork<Report extends object> {
  /** The path at which a server does it: see `backgroundWorkRoutes`. */
  path: string
  run(on: {
    database: Database
    cipher: Cipher
    signal: AbortSignal
    onProgress(report: Report): void
  }): Promise<Report>
  /** One line of progress. */
  progress(report: Report): string
  /** Prints the result; answers the exit code. */
  end(report: Report, context: { config: Config; keys: readonly EncryptionKey[] } & Pick<Surroundings, 'print'>): number
  /** It reports missing keys itself, and goes on with the values that can be read. */
  saysMissingKeys?: boolean
}

/** What the work needs of the process that it runs in. */
export interface Surroundings {
  /** @throws InvalidConfig */
  config(): Config
  /** Aborted when the work is to stop. */
  signal: AbortSignal
  /** Prints a line of the result. */
  print(line: string): void
  /** Prints what prevents the work, or is to be known beside its result. */
  complain(...what: unknown[]): void
}

/** The least time between two lines of progress. */
const progressMs = 2_000

/** Runs the work as the process, and sets its exit code. */
export async function runOnDatabase<Report extends object>(work: DatabaseWork<Report>): Promise<void> {
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort())
  process.once('SIGTERM', () => stopping.abort())
  process.exitCode = await workOnDatabase(work, {
    config: () => readConfig(loadEnvFile(process.env, '.env')),
    signal: stopping.signal,
    print: console.log,
    complain: console.error,
  })
}

/**
 * Runs the work: on Postgres beside servers; on the embedded database itself, or by the server that holds it. Answers the exit
 * code. Whatever prevents the work is printed in a sentence, with what to do.
 */
export async function workOnDatabase<Report extends object>(
  work: DatabaseWork<Report>,
  surroundings: Surroundings,
): Promise<number> {
  try {
    return await run(work, surroundings.config(), surroundings)
  } catch (error) {
    const { signal, complain } = surroundings
    const expected = expectedErrors.some(kind => error instanceof kind)
    if (signal.aborted) complain('Stopped. Nothing is lost; run this again to go on.')
    else if (expected) complain(`conch: ${(error as Error).message}`)
    else complain('conch: something broke; nothing is lost.', loggableError(error))
    return 1
  }
}

const expectedErrors = [InvalidConfig, UnusableSecretFile, ExposedSecretFile, KeysDoNotFit, RemoteWorkFailed]

async function run<Report extends object>(
  work: DatabaseWork<Report>,
  config: Config,
  { signal, print, complain }: Surroundings,
): Promise<number> {
  const { dataDir, databaseUrl, host, port } = config
  if (!databaseUrl && !existsSync(join(dataDir, 'database'))) {
    complain(`conch: there is no database in ${dataDir}: set DATA_DIR to the folder of the server`)
    return 1
  }
  const say = (line: string) => complain(`conch: ${line}`)
  const keys = await readEncryptionKeys(config, say)
  if (!keys) throw new KeysDoNotFit(noKeys(config))
  const onProgress = progressLines(work, print)
  const report = databaseUrl
    ? // A broken connection also fails the statement that needed it.
      await here(await openPostgres(databaseUrl, () => {}))
    : await onEmbedded()
  return work.end(report, { config, keys, print })

  async function onEmbedded(): Promise<Report> {
    const lock = await lockDataDir(dataDir).catch(error => {
      if (error instanceof DataDirLocked) return error
      throw error
    })
    if (lock instanceof DataDirLocked) {
      print(`${lock.message}: asking it to do this.`)
      // The server that holds the folder has made a token, unless another one is configured.
      const operatorToken = (await readOperatorToken(config, say)) ?? ''
      return workRemotely<Report>({ path: work.path, host, port, operatorToken, signal, onProgress })
    }
    try {
      return await here(await openEmbedded(join(dataDir, 'database'), () => {}))
    } finally {
      await lock.release()
    }
  }

  /** In this process. */
  async function here(database: Database): Promise<Report> {
    try {
      const cipher = await fittingCipher(config, database, keys, { lenient: work.saysMissingKeys })
      return await work.run({ database, cipher, signal, onProgress })
    } finally {
      await database.close()
    }
  }
}

/** Prints progress, but not too often. */
function progressLines<Report extends object>(
  { progress }: DatabaseWork<Report>,
  print: Surroundings['print'],
): (report: Report) => void {
  let lastMs = performance.now()
  return report => {
    if (performance.now() - lastMs < progressMs) return
    lastMs = performance.now()
    print(progress(report))
  }
}
