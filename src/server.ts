import { existsSync } from 'node:fs'
import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import { compiledCodeFolder, removeOtherVersions } from './base/compiled-code.ts'
import { loggableError } from './base/loggable-error.ts'
import { type Config, InvalidConfig, loadEnvFile, readConfig } from './config/read-config.ts'
import { ExposedSecretFile, UnusableSecretFile } from './config/secret-file.ts'
import { keptOperatorToken } from './config/secrets.ts'
import { type DataDirLock, DataDirLocked, lockDataDir } from './db/data-dir-lock.ts'
import { holdBaselineTier } from './db/embedded/baseline-tier.ts'
import { EmbeddedThread } from './db/embedded/embedded-thread.ts'
import { quickImports } from './db/quick-imports.ts'

/** npm forwards a signal that its child got as well: the same one again within this time is one request to stop. */
const forwardedWithinMs = { SIGTERM: 2_000, SIGINT: 300 }

/**
 * Connections that the kernel holds until they are accepted; it has a limit of its own, 4,096 on Linux. Beyond the
 * limit it drops a connection's first packet, and the client tries again after 1, 3, 7 s and so on: of 2,000 that came
 * while a process was busy for 0.3 s, half waited over 1.2 s with Node's 511, and none over 0.5 s with this.
 */
const maxWaitingConnections = 4_096

/** How long stopping may take beyond DRAIN_SECONDS. */
const stopGraceMs = 20_000

/** Of errors whose classes would load the database with them. */
const codesOfExpected = ['KEYS_DO_NOT_FIT', 'EMBEDDED_DATABASE_LOST']

await main()

/** The process: configuration, listening, signals, exit code. Nothing else in Conch exits or handles signals. */
async function main(): Promise<void> {
  const config = configuration()
  // Before anything large is loaded: so a second process on the same folder ends at once.
  const dataDirLock = await lockFor(config).catch(refuse)
  const releaseTier = config.databaseUrl ? undefined : holdBaselineTier()
  keepCompiledCode(config)
  const started = startExisting(config)
  quickImports()
  const { buildApp } = await import('./app/build-app.ts')
  const app = await buildApp(config, {
    dataDirLock,
    keptPagesIn: existsSync(config.dataDir) ? join(config.dataDir, 'pages') : undefined,
    startEmbedded: folder => started ?? new EmbeddedThread(folder, refuse),
  }).catch(refuse)
  // While nothing waits for an answer; on later starts there is little that is new.
  flushCompileCache()
  releaseTier?.()
  const url = await app
    .listen({ port: config.port, host: config.host, backlog: maxWaitingConnections })
    .catch(async error => {
      await app.close()
      return refuse(error)
    })

  let stopping: number | undefined
  const stop = (signal: 'SIGTERM' | 'SIGINT') => {
    const now = performance.now()
    if (stopping !== undefined) {
      if (now - stopping < forwardedWithinMs[signal]) return
      app.log.warn(`${signal} again: stopping at once`)
      process.exit(1)
    }
    stopping = now
    app.log.info(`${signal}: finishing what runs, for at most ${config.drainMs / 1000} s; again to stop at once`)
    // Whatever hangs, a database that never answers, say: the process ends, and another one takes up its tasks.
    setTimeout(() => {
      app.log.fatal('could not stop in time')
      process.exit(1)
    }, config.drainMs + stopGraceMs)
    app
      .drain()
      .then(() => app.close())
      .then(
        () => process.exit(0),
        error => {
          app.log.fatal({ err: error }, 'could not stop cleanly')
          process.exit(1)
        },
      )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await greetOperators(config, url)
}

/**
 * Prints the address of the operators' page, and a generated token. A configured token is known to its owner, and never
 * printed.
 *
 * Not in the log, which is JSON that others collect and keep: a line on standard error, with the token only on a
 * terminal, where a person reads it. In a file or a service's output the line names the file of the token.
 */
async function greetOperators({ operatorToken, dataDir, basePath }: Config, url: string): Promise<void> {
  if (operatorToken) return
  const { token, path } = await keptOperatorToken(dataDir)
  process.stderr.write(
    `conch: operations at ${url}${basePath}/operations, token ${process.stderr.isTTY ? token : `in ${path}`}\n`,
  )
}

/** The embedded database belongs to one process; with Postgres there is nothing to lock. */
async function lockFor({ databaseUrl, dataDir }: Config): Promise<DataDirLock | undefined> {
  return databaseUrl ? undefined : lockDataDir(dataDir)
}

/** Keeps what V8 compiles in the data folder, 11 MB, for a quicker start. Of other versions of Conch and Node nothing is kept. */
function keepCompiledCode({ dataDir }: Config): void {
  if (process.env.NODE_COMPILE_CACHE) return
  const version = `conch-${packageJson.version}-node-${process.version}`
  const folder = compiledCodeFolder(dataDir, version)
  if (!folder) return
  enableCompileCache(folder)
  void removeOtherVersions(dataDir, version)
}

/**
 * Starts the embedded database while the rest of the server is loaded. A new one is not made before the secrets are there: a start
 * that is refused leaves no folder.
 */
function startExisting({ databaseUrl, dataDir }: Config): EmbeddedThread | undefined {
  const folder = join(dataDir, 'database')
  return databaseUrl || !existsSync(join(folder, 'PG_VERSION')) ? undefined : new EmbeddedThread(folder, refuse)
}

function configuration(): Config {
  try {
    return readConfig(loadEnvFile(process.env, '.env'))
  } catch (error) {
    return refuse(error)
  }
}

/**
 * Ends the process, before it served anything or when it no longer can. A fault that the user can mend is one line, without a stack; of any other
 * fault only the loggable part is printed, since the message of an error may quote what users wrote.
 */
function refuse(error: unknown): never {
  const line = isExpected(error) ? (error as Error).message : JSON.stringify(loggableError(error))
  process.stderr.write(`conch: ${line}\n`)
  process.exit(1)
}

function isExpected(error: unknown): boolean {
  const kinds = [InvalidConfig, DataDirLocked, UnusableSecretFile, ExposedSecretFile]
  return (
    kinds.some(kind => error instanceof kind) ||
    codesOfExpected.some(code => hasCode(error, code)) ||
    isSystemError(error)
  )
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
