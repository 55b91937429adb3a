import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { buildApp, type Dependencies } from '../../src/app/build-app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { ownDatabase } from './database.ts'
import { copyEmptyDatabase } from './empty-database.ts'
import { temporaryRoot } from './temporary-root.ts'
import { Visitor } from './visitor.ts'

export interface Conch {
  url: string
  app: FastifyInstance
  dataDir: string
  /** A new visitor, with a cookie jar of its own. */
  visitor(): Visitor
  close(): Promise<void>
}

/** A folder that is removed with the test. */
export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(temporaryRoot, 'conch-test-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A whole Conch in this process, listening on a free port. `env` is its environment. */
export async function startConch(
  t: Test,
  env: Record<string, string> = {},
  dependencies: Dependencies = {},
): Promise<Conch> {
  const own = env.DATA_DIR ? { DATA_DIR: env.DATA_DIR } : await ownStorage(t)
  const config = readConfig({
    PORT: '0',
    LOG_LEVEL: 'silent',
    DRAIN_SECONDS: '0',
    ...own,
    ...env,
  })
  const app = await buildApp(config, dependencies)
  const close = () => app.close()
  t.teardown(close)
  const url = await app.listen({ port: config.port, host: '127.0.0.1' })
  return { url, app, dataDir: config.dataDir, visitor: () => new Visitor(url), close }
}

/** The environment for storage of its own: a data folder with a database in it, or a Postgres database. */
export async function ownStorage(t: Test): Promise<Record<string, string> & { DATA_DIR: string }> {
  const folder = await temporaryFolder(t)
  const database = await ownDatabase(t)
  if (!database.DATABASE_URL) await copyEmptyDatabase(folder)
  return { DATA_DIR: folder, ...database }
}
