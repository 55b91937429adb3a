import type { Test } from 'tap'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import type { Sweeper } from '../support/sweeper.ts'
import { proxyTcp, type TcpProxy } from '../support/tcp-proxy.ts'
import type { Story } from './story.ts'

/** Networks of an instance: from clients to it, and from it to the services it needs. */
export const links = ['client', 'postgres', 'redis', 'model'] as const
export type Link = (typeof links)[number]

/** One Conch of several, each behind networks of its own. */
export interface Instance {
  name: string
  /** Where clients reach it, whichever process it is now. */
  url: string
  networks: Record<Link, TcpProxy>
  /** Sends a signal to its process. */
  signal(name: NodeJS.Signals): void
  /** Ends its process by a signal, and starts another. Answers how the first one ended. */
  replace(name: NodeJS.Signals): Promise<number | string>
  stop(): Promise<number | string>
  /** All that its processes have printed. */
  output(): string
}

export interface ClusterOptions {
  instances: number
  sweeper: Sweeper
  story: Story
  /** URLs of the services that every instance needs. */
  services: Record<Exclude<Link, 'client'>, string>
  env: Record<string, string>
}

const secrets = {
  COOKIE_SECRET: 'a secret of forty characters, for tests.',
  OPERATOR_TOKEN: 'a-token-of-forty-characters-for-the-tests',
  ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
}

export async function startCluster(t: Test, options: ClusterOptions): Promise<Instance[]> {
  const names = Array.from({ length: options.instances }, (_, index) => String.fromCharCode(65 + index))
  const [first, ...others] = names.map(name => () => startInstance(t, name, options))
  // The first one makes the tables.
  const started = first ? [await first()] : []
  return [...started, ...(await Promise.all(others.map(start => start())))]
}

async function startInstance(t: Test, name: string, options: ClusterOptions): Promise<Instance> {
  const { sweeper, story, services } = options
  const folder = await sweeper.folder()
  const [postgres, redis, model] = [
    await proxyTcp(t, services.postgres),
    await proxyTcp(t, services.redis),
    await proxyTcp(t, services.model),
  ]
  const env = {
    ...secrets,
    ...options.env,
    DATA_DIR: folder,
    DATABASE_URL: postgres.url(services.postgres),
    REDIS_URL: redis.url(services.redis),
    OPENAI_BASE_URL: model.url(services.model),
  }
  const processes: ServerProcess[] = []
  let stopped = false

  async function start(): Promise<ServerProcess> {
    for (;;) {
      try {
        const started = await startServer(env)
        sweeper.watch(started.child)
        processes.push(started)
        if (stopped) await started.kill('SIGKILL')
        return started
      } catch (error) {
        // Without its database it does not start: as a supervisor would, the test tries again.
        story.note(`${name} did not start: ${String(error).slice(0, 300)}`)
        if (stopped || processes.length === 0) throw error
      }
    }
  }

  let server = await start()
  t.teardown(() => {
    stopped = true
    return server.kill('SIGKILL')
  })
  const client = await proxyTcp(t, server.url)
  return {
    name,
    url: `http://127.0.0.1:${client.port}`,
    networks: { client, postgres, redis, model },
    signal: signal => void server.child.kill(signal),
    async replace(signal) {
      const ended = await server.kill(signal)
      server = await start()
      client.retarget(server.url)
      return ended
    },
    stop: () => server.kill('SIGTERM'),
    output: () => processes.map(({ pid, output }) => `--- ${name} ${pid}\n${output()}`).join('\n'),
  }
}
