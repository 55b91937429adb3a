import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import type { Test } from 'tap'
import { freePort } from './free-port.ts'
import type { Sweeper } from './sweeper.ts'

/** Why a test that needs a Postgres of its own is not run; `false` when it can be. In CI a missing one is a failure. */
export const noOwnPostgres =
  process.env.CI_SERVICES === 'required' || binaries() ? (false as const) : 'needs the programs initdb and postgres'

export interface OwnPostgres {
  url: string
  /**
   * Ends it as a crash would: no connection is notified, nothing is written; committed rows are found at the next
   * start.
   */
  crash(): Promise<void>
  /** Starts it again, at the same address; resolves when it answers. */
  start(): Promise<void>
  /** Stops all its processes without ending them, as a machine that hangs; or lets them go on. */
  freeze(frozen: boolean): Promise<void>
}

/** Settings that make it small. All safety settings stay as Postgres has them: a loss in a crash must be our loss. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '64MB',
  max_connections: '100',
}

/** A Postgres of this test's own, that may be broken. */
export async function startPostgres(t: Pick<Test, 'teardown'>, sweeper: Sweeper): Promise<OwnPostgres> {
  const bin = binaries()
  if (!bin) throw new Error('initdb and postgres are neither in /usr/lib/postgresql nor in PATH')
  const folder = await sweeper.folder()
  const as = unprivileged()
  if (as) await chown(folder, as.uid, as.gid)
  const data = join(folder, 'data')
  const initialise = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-locale',
    '--no-sync',
    '--data-checksums',
  ]
  await promisify(execFile)(join(bin, 'initdb'), initialise, { cwd: folder, ...as })

  const port = await freePort()
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let server: ChildProcess | undefined
  let stopped: number[] = []
  let log = ''

  // A connection that ends all connections to a database is connected to another one.
  const maintenanceUrl = `postgres://postgres@127.0.0.1:${port}/postgres`
  const running = () => server !== undefined && server.exitCode === null && server.signalCode === null
  const postgres: OwnPostgres = {
    url: `postgres://postgres@127.0.0.1:${port}/conch`,
    async crash() {
      await postgres.freeze(false)
      if (!server || !running()) return
      const ended = once(server, 'exit')
      server.kill('SIGQUIT')
      await ended
    },
    async start() {
      while (!(await answers(maintenanceUrl))) {
        if (!running()) {
          log = ''
          const started = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...options], {
            cwd: folder,
            stdio: ['ignore', 'ignore', 'pipe'],
            ...as,
          })
          started.stderr.on('data', text => {
            log = `${log}${text}`.slice(-4_000)
          })
          sweeper.watch(started)
          server = started
        }
        await Promise.race([delay(100), once(server as ChildProcess, 'exit')])
        // Another process may have taken the port while it was free: it is released sooner or later.
        if (!running() && !/address already in use/i.test(log)) throw new Error(`postgres ended:\n${log}`)
      }
    },
    async freeze(frozen) {
      if (frozen) stopped = server?.pid && running() ? [server.pid, ...(await childrenOf(server.pid))] : []
      for (const pid of stopped) signal(pid, frozen ? 'SIGSTOP' : 'SIGCONT')
      if (!frozen) stopped = []
    },
  }
  t.teardown(() => postgres.crash())
  await postgres.start()
  await run(maintenanceUrl, 'create database conch')
  return postgres
}

/** The folder of the newest installed version. */
function binaries(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).map(version => join(debian, version, 'bin')) : []
  const path = (process.env.PATH ?? '').split(':')
  return [...versions.sort((a, b) => b.localeCompare(a, undefined, { numeric: true })), ...path].find(
    folder => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  )
}

/** Postgres refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function answers(url: string): Promise<boolean> {
  return run(url, 'select 1').then(
    () => true,
    () => false,
  )
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(statement)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Each process of Postgres is the leader of a session of its own: a signal to a group would reach one only. */
async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const parents = await Promise.all(
    pids.map(pid =>
      readFile(`/proc/${pid}/stat`, 'utf8').then(
        // The name of the program stands in brackets, and may hold anything.
        stat => Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]),
        () => undefined,
      ),
    ),
  )
  return pids.flatMap((pid, index) => (parents[index] === parent ? [Number(pid)] : []))
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended just now.
  }
}
