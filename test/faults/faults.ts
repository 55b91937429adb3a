import type { OwnPostgres } from '../support/own-postgres.ts'
import type { OwnRedis } from '../support/own-redis.ts'
import { disconnectAll } from '../support/postgres-faults.ts'
import type { Sweeper } from '../support/sweeper.ts'
import { between, chance } from './chance.ts'
import { type Instance, type Link, links } from './cluster.ts'
import type { RecordingModel } from './recording-model.ts'
import type { Story } from './story.ts'

/** The means to make faults. */
export interface Place {
  postgres: OwnPostgres
  redis: OwnRedis
  model: RecordingModel
  story: Story
  sweeper: Sweeper
  /** Exit codes of the processes that were asked to stop. */
  exits: (number | string)[]
  /** Resolves when none of these requests' present attempts runs any more; or after a long time. */
  takenOver(requests: readonly number[]): Promise<void>
  /** Waits so long, or until the test has ended: then every fault is mended at once. */
  pause(ms: number): Promise<void>
}

/** The parts that may break: one thing at a time each, several things at once. */
export interface Fault {
  sort: string
  strikes: 'instance' | 'postgres' | 'redis' | Link
  /** @param nth how often it has been made before */
  make(options: Place, instance: Instance, nth: number): Promise<void>
}

export const faults: readonly Fault[] = [
  { sort: 'instance: kill -9', strikes: 'instance', make: async (_, { replace }) => void (await replace('SIGKILL')) },
  {
    sort: 'instance: SIGTERM',
    strikes: 'instance',
    async make({ story, exits }, { name, replace }) {
      const ended = await replace('SIGTERM')
      story.note(`${name} stopped with ${ended}`)
      exits.push(ended)
    },
  },
  {
    sort: 'instance: SIGSTOP, taken over, SIGCONT',
    strikes: 'instance',
    async make({ model, takenOver }, { signal, networks }) {
      signal('SIGSTOP')
      try {
        await takenOver(model.open(networks.model.port))
      } finally {
        signal('SIGCONT')
      }
    },
  },
  {
    sort: 'Postgres: restart after a crash',
    strikes: 'postgres',
    async make({ postgres, pause }) {
      await postgres.crash()
      await pause(between(0, 2_000))
      await postgres.start()
    },
  },
  {
    sort: 'Postgres: all connections ended',
    strikes: 'postgres',
    make: async ({ postgres }) => void (await disconnectAll(postgres.url)),
  },
  {
    sort: 'Postgres: frozen',
    strikes: 'postgres',
    async make({ postgres, pause }) {
      await postgres.freeze(true)
      await pause(between(1_000, 8_000))
      await postgres.freeze(false)
    },
  },
  {
    sort: 'Redis: restart, all forgotten',
    strikes: 'redis',
    async make({ redis, sweeper, pause }) {
      await redis.stop()
      await pause(between(0, 2_000))
      await redis.start()
      sweeper.watch(redis.process())
    },
  },
  {
    sort: 'Redis: frozen',
    strikes: 'redis',
    async make({ redis, pause }) {
      redis.freeze(true)
      await pause(between(1_000, 8_000))
      redis.freeze(false)
    },
  },
  { sort: 'network: clients to an instance', strikes: 'client', make: breakNetwork('client') },
  { sort: 'network: an instance to Postgres', strikes: 'postgres', make: breakNetwork('postgres') },
  { sort: 'network: an instance to Redis', strikes: 'redis', make: breakNetwork('redis') },
  { sort: 'network: an instance to the model', strikes: 'model', make: breakNetwork('model') },
]

const ways = ['cut', 'half-closed', 'slow', 'black hole'] as const

/** Breaks a network for a while, each time in another way. */
function breakNetwork(link: Link): Fault['make'] {
  return async ({ story, pause }, { name, networks }, nth) => {
    const network = networks[link]
    const way = ways[(nth + links.indexOf(link)) % ways.length]
    story.note(`network ${name} ${link}: ${way}`)
    if (way === 'half-closed') return network.halfClose()
    if (way === 'cut') {
      network.cut()
      network.refuse(true)
      await pause(between(0, 3_000))
      return network.refuse(false)
    }
    if (way === 'slow') {
      network.delay(between(50, 400))
      await pause(between(2_000, 6_000))
      return network.delay(0)
    }
    network.freeze(true)
    // Now and then so long that the instance is thought dead, and its tasks are taken over while it works on.
    await pause(chance(0.25) ? between(14_000, 18_000) : between(1_000, 6_000))
    network.freeze(false)
  }
}
