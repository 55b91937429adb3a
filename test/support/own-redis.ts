import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { freePort } from './free-port.ts'
import { temporaryRoot } from './temporary-root.ts'

/** Why a test that needs a Redis of its own is not run; `false` when it can be. In CI a missing one is a failure. */
export const noOwnRedis =
  process.env.CI_SERVICES === 'required' || spawnSync('redis-server', ['--version']).status === 0
    ? (false as const)
    : 'needs redis-server'

export interface OwnRedis {
  url: string
  pid(): number
  /** The process that was started last. */
  process(): ChildProcess
  /** Kills it. Its data is lost: it keeps nothing on disk. */
  stop(): Promise<void>
  /** Starts it again, empty, at the same address. */
  start(): Promise<void>
  /** Stops the process without ending it, as a machine that hangs; or lets it go on. */
  freeze(frozen: boolean): void
}

/** A Redis of this test's own, that may be broken. `options` are more of its command line. */
export async function startRedis(t: Pick<Test, 'teardown'>, ...options: string[]): Promise<OwnRedis> {
  const port = await freePort()
  // A replica writes a file there, which a server started in the same folder would load.
  const folder = await mkdtemp(join(temporaryRoot, 'conch-redis-'))
  let child: ChildProcess | undefined
  const running = () => child !== undefined && child.exitCode === null && child.signalCode === null
  const redis: OwnRedis = {
    url: `redis://127.0.0.1:${port}`,
    pid: () => child?.pid as number,
    process: () => child as ChildProcess,
    async start() {
      const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
      do {
        // Another process may have taken the port while it was free: it is released sooner or later.
        if (!running()) {
          child = spawn('redis-server', [...fixed, ...options], { stdio: 'ignore' })
          await once(child, 'spawn')
        }
        await delay(20)
      } while (!(running() && (await answers(port))))
    },
    async stop() {
      if (!child || !running()) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    freeze: frozen => void child?.kill(frozen ? 'SIGSTOP' : 'SIGCONT'),
  }
  t.teardown(async () => {
    await redis.stop()
    await rm(folder, { recursive: true })
  })
  await redis.start()
  return redis
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
