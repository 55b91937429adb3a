import { setTimeout as delay } from 'node:timers/promises'
import type { OwnPostgres } from '../support/own-postgres.ts'
import type { OwnRedis } from '../support/own-redis.ts'
import { disconnectAll } from '../support/postgres-faults.ts'
import type { Sweeper } from '../support/sweeper.ts'
import { between, chance, shuffled } from './chance.ts'
import { type Instance, type Link, links } from './cluster.ts'
import type { Load } from './load.ts'
import type { RecordingModel } from './recording-model.ts'
import type { Story } from './story.ts'

/** Of one sort, how often it was made, and which requests were under way where it struck. */
export interface Struck {
  sort: string
  times: number
  hit: Set<number>
}

export interface PlanOptions {
  instances: readonly Instance[]
  postgres: OwnPostgres
  redis: OwnRedis
  model: RecordingModel
  load: Load
  story: Story
  sweeper: Sweeper
  /** Faults of each sort. */
  each: number
  /** Resolves when this attempt of none of these requests runs any more; or when it has taken too long. */
  takenOver(requests: readonly number[]): Promise<void>
}

/** What may break: one thing at a time each, several things at once. */
interface Fault {
  sort: string
  strikes: 'instance' | 'postgres' | 'redis' | Link
  /** @param nth how often it has been made before */
  make(options: PlanOptions, instance: Instance, nth: number): Promise<void>
}

const faults: readonly Fault[] = [
  { sort: 'instance: kill -9', strikes: 'instance', make: async (_, { replace }) => void (await replace('SIGKILL')) },
  {
    sort: 'instance: SIGTERM',
    strikes: 'instance',
    async make({ story }, { name, replace }) {
      const ended = await replace('SIGTERM')
      story.note(`${name} stopped with ${ended}`)
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
    async make({ postgres }) {
      await postgres.crash()
      await delay(between(0, 2_000))
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
    async make({ postgres }) {
      await postgres.freeze(true)
      await delay(between(1_000, 8_000))
      await postgres.freeze(false)
    },
  },
  {
    sort: 'Redis: restart, all forgotten',
    strikes: 'redis',
    async make({ redis, sweeper }) {
      await redis.stop()
      await delay(between(0, 2_000))
      await redis.start()
      sweeper.watch(redis.process())
    },
  },
  {
    sort: 'Redis: frozen',
    strikes: 'redis',
    async make({ redis }) {
      redis.freeze(true)
      await delay(between(1_000, 8_000))
      redis.freeze(false)
    },
  },
  { sort: 'network: clients to an instance', strikes: 'client', make: breakNetwork('client') },
  { sort: 'network: an instance to Postgres', strikes: 'postgres', make: breakNetwork('postgres') },
  { sort: 'network: an instance to Redis', strikes: 'redis', make: breakNetwork('redis') },
  { sort: 'network: an instance to the model', strikes: 'model', make: breakNetwork('model') },
]

/** Faults that may happen at the same time. */
const atOnce = 2

/** Strikes with each sort as often as said, in any order; resolves when all is mended. */
export async function strike(options: PlanOptions): Promise<Struck[]> {
  const struck = new Map(faults.map(({ sort }) => [sort, { sort, times: 0, hit: new Set<number>() }]))
  const broken = new Set<string>()
  const making = new Set<Promise<void>>()
  const plan = shuffled(faults.flatMap(fault => Array.from({ length: options.each }, () => fault)))
  while (plan.length > 0) {
    while (making.size >= atOnce) await Promise.race(making)
    const next = possible()
    if (!next) {
      await Promise.race(making)
      continue
    }
    const { fault, instance, place } = next
    plan.splice(plan.indexOf(fault), 1)
    broken.add(place)
    const made = make(fault, instance).finally(() => {
      making.delete(made)
      broken.delete(place)
    })
    making.add(made)
    await delay(between(1_000, 2_500))
  }
  await Promise.all(making)
  return Array.from(struck.values())

  /** The next fault whose place is not broken yet, with an instance if it strikes one. */
  function possible() {
    for (const fault of plan) {
      for (const instance of shuffled(options.instances)) {
        const place = placeOf(fault, instance)
        if (!broken.has(place)) return { fault, instance, place }
      }
    }
    return undefined
  }

  async function make(fault: Fault, instance: Instance): Promise<void> {
    const { sort } = fault
    const of = struck.get(sort) as Struck
    const nth = of.times++
    for (const request of underWay(fault, instance, options)) of.hit.add(request)
    const where = placeOf(fault, instance)
    options.story.note(`${sort} (${where})`)
    await fault.make(options, instance, nth)
    options.story.note(`${sort} (${where}): mended`)
  }
}

function placeOf({ sort, strikes }: Fault, { name }: Instance): string {
  if (strikes === 'instance') return name
  return sort.startsWith('network') ? `${name} ${strikes}` : strikes
}

function underWay({ sort, strikes }: Fault, { networks }: Instance, { model, load }: PlanOptions): number[] {
  const everywhere = strikes === 'client' || !(strikes === 'instance' || sort.startsWith('network'))
  return everywhere ? load.underWay.map(({ number }) => number) : model.open(networks.model.port)
}

const ways = ['cut', 'half-closed', 'slow', 'black hole'] as const

/** Breaks a network for a while, each time in another way. */
function breakNetwork(link: Link): Fault['make'] {
  return async ({ story }, { name, networks }, nth) => {
    const network = networks[link]
    const way = ways[(nth + links.indexOf(link)) % ways.length]
    story.note(`network ${name} ${link}: ${way}`)
    if (way === 'half-closed') return network.halfClose()
    if (way === 'cut') {
      network.cut()
      network.refuse(true)
      await delay(between(0, 3_000))
      return network.refuse(false)
    }
    if (way === 'slow') {
      network.delay(between(50, 400))
      await delay(between(2_000, 6_000))
      return network.delay(0)
    }
    network.freeze(true)
    // Now and then so long that the instance is thought dead, and its tasks are taken over while it works on.
    await delay(chance(0.25) ? between(14_000, 18_000) : between(1_000, 6_000))
    network.freeze(false)
  }
}
