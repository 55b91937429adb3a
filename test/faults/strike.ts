import { between, chance, shuffled } from './chance.ts'
import type { Instance } from './cluster.ts'
import { type Fault, faults, type Place } from './faults.ts'
import type { Load } from './load.ts'

/** Of one sort, how often it was made, and which requests were under way where it struck. */
export interface Struck {
  sort: string
  times: number
  hit: Set<number>
}

export interface StrikeOptions extends Place {
  instances: readonly Instance[]
  load: Load
  /** Faults of each sort. */
  each: number
  /** Aborted when the test has ended: no more faults then. */
  signal: AbortSignal
}

/** Faults that may happen at the same time. */
const atOnce = 2

/** Makes each sort of fault as often as given, in any order; resolves when all is mended. */
export async function strike(options: StrikeOptions): Promise<Struck[]> {
  const struck = new Map(faults.map(({ sort }) => [sort, { sort, times: 0, hit: new Set<number>() }]))
  const broken = new Set<string>()
  const making = new Set<Promise<unknown>>()
  const failures: unknown[] = []
  const plan = shuffled(faults.flatMap(fault => Array.from({ length: options.each }, () => fault)))
  while (plan.length > 0 && !options.signal.aborted) {
    while (making.size >= atOnce) await Promise.race(making)
    if (failures.length > 0) break
    const next = possible()
    if (!next) {
      await Promise.race(making)
      continue
    }
    const { fault, instance, place } = next
    plan.splice(plan.indexOf(fault), 1)
    broken.add(place)
    const made = make(fault, instance)
      .catch(error => void failures.push(error))
      .finally(() => {
        making.delete(made)
        broken.delete(place)
      })
    making.add(made)
    await options.pause(between(1_000, 2_500))
  }
  await Promise.all(making)
  if (failures.length > 0) throw new AggregateError(failures, 'a fault could not be made or mended')
  return Array.from(struck.values())

  /** The next fault whose place is not broken yet, with an instance if it strikes one. */
  function possible() {
    for (const fault of plan) {
      for (const instance of candidates()) {
        const place = placeOf(fault, instance)
        if (!broken.has(place)) return { fault, instance, place }
      }
    }
    return undefined
  }

  /**
   * Mostly the instance with the most to lose comes first: which one takes a task is chance, and may always be the
   * same.
   */
  function candidates(): Instance[] {
    const instances = shuffled(options.instances)
    const texts = ({ networks }: Instance) => options.model.open(networks.model.port).length
    return chance(0.75) ? instances.sort((a, b) => texts(b) - texts(a)) : instances
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

function underWay({ sort, strikes }: Fault, { networks }: Instance, { model, load }: StrikeOptions): number[] {
  const everywhere = strikes === 'client' || !(strikes === 'instance' || sort.startsWith('network'))
  return everywhere ? load.underWay.map(({ number }) => number) : model.open(networks.model.port)
}
