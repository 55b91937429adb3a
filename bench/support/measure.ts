import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Test } from 'tap'
import { startServer } from '../../test/support/server-process.ts'
import { type Script, startUpstream } from '../../test/support/upstream.ts'
import { withContext } from './context.ts'

export interface Backend {
  name: string
  env: Record<string, string>
}

const embedded: Backend = { name: 'embedded', env: {} }

/** The embedded database, and a new database on the Postgres that `DATABASE_URL` names, if it does. */
export async function eachBackend(t: Pick<Test, 'teardown'>): Promise<Backend[]> {
  return process.env.DATABASE_URL ? [embedded, await newDatabase(t)] : [embedded]
}

/** A new database on the Postgres that `DATABASE_URL` names, or else the embedded one. */
export async function chosenBackend(t: Pick<Test, 'teardown'>): Promise<Backend> {
  return process.env.DATABASE_URL ? newDatabase(t) : embedded
}

/** A new database on the Postgres that `DATABASE_URL` names. */
export async function newDatabase(t: Pick<Test, 'teardown'>): Promise<Backend> {
  if (!process.env.DATABASE_URL) throw new Error('set DATABASE_URL to a Postgres on which databases may be created')
  const name = `conch_bench_${randomBytes(8).toString('hex')}`
  await onServer(`create database ${name}`)
  t.teardown(() => onServer(`drop database ${name} with (force)`))
  const url = new URL(process.env.DATABASE_URL)
  url.pathname = `/${name}`
  return { name: 'Postgres', env: { DATABASE_URL: url.href, ...sharedSecrets } }
}

/** One after the other: see `eachBackend`. */
export async function onEachBackend(measure: (backend: Backend) => Promise<void>): Promise<void> {
  await withContext(async t => {
    for (const backend of await eachBackend(t)) await measure(backend)
  })
}

/** See `newDatabase`. */
export async function onPostgres(measure: (backend: Backend) => Promise<void>): Promise<void> {
  await withContext(async t => measure(await newDatabase(t)))
}

/** The settings that a Conch on Postgres needs. */
const sharedSecrets = {
  COOKIE_SECRET: 'a secret of forty characters, for benches',
  ENCRYPTION_KEYS: `bench:${Buffer.alloc(32, 7).toString('base64')}`,
  OPERATOR_TOKEN: 'a-token-of-forty-characters-for-benches.',
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
  await client.connect()
  await client.query(statement)
  await client.end()
}

/** A server in its own process, on its own embedded database unless `env` names one, before an upstream that answers by script. */
export async function withServer<T>(
  script: Script,
  measure: (url: string) => Promise<T>,
  env: Record<string, string> = {},
): Promise<T> {
  const closers: (() => unknown)[] = []
  const folder = await mkdtemp(join(tmpdir(), 'conch-bench-'))
  const upstream = await startUpstream({ teardown: closer => void closers.push(closer) }, script)
  const server = await startServer({
    PAGES: 'bundled',
    DATA_DIR: folder,
    LOG_LEVEL: 'info',
    DRAIN_SECONDS: '0',
    OPENAI_BASE_URL: upstream.baseUrl,
    ...env,
  })
  try {
    return await measure(server.url)
  } finally {
    await server.kill('SIGTERM')
    for (const close of closers) await close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Milliseconds as seconds, to the hundredth. */
export function seconds(ms: number): number {
  return Number((ms / 1000).toFixed(2))
}

/** The `share` quantile of measured values, 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Prints the table and stores it as JSON in `bench/results/`, which git ignores. */
export async function report(name: string, rows: Record<string, unknown>[]): Promise<void> {
  console.log(name)
  console.table(rows)
  const folder = new URL('../results/', import.meta.url)
  await mkdir(folder, { recursive: true })
  await writeFile(
    new URL(`${name}.json`, folder),
    `${JSON.stringify({ name, at: new Date().toISOString(), rows }, null, 2)}\n`,
  )
}
