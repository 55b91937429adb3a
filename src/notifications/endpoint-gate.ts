import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { Postponed } from '../domain-events/handler.ts'
import { EndpointBreaker } from './endpoint-breaker.ts'
import { Lane } from './lane.ts'
import { NotDelivered } from './post.ts'

/** Concurrent requests for one owner, and to one hostname: an endpoint that never answers takes no more places than these. */
export const maxAtOnce = 2

/**
 * The same for the push services of browser makers, which all users of such a browser share. They do answer, and a limit of
 * two would hold up every user's messages; some of a channel's 20 places are left to other hosts.
 */
export const maxAtOncePushService = 12
const pushServices =
  /^(fcm\.googleapis\.com|updates\.push\.services\.mozilla\.com|[^.]+\.push\.apple\.com|([^.]+\.)+notify\.windows\.com)$/

/** Owners, hosts and failing endpoints that are remembered; the least recently used are forgotten first. */
const maxKnown = 10_000

/** Where a request goes, and for whom. */
export interface Endpoint {
  ownerId: string
  url: string
}

/**
 * Keeps other people's servers from taking all places of a channel. A request that may not go now is `Postponed`: nothing
 * waits in here. One per channel and process.
 *
 * Each endpoint, which is a whole address, has a circuit breaker: `NotDelivered` counts against it, and any other outcome of a
 * request is an answer.
 */
export class EndpointGate {
  readonly #now: () => number
  readonly #lanes = new LRUCache<string, Lane>({ max: maxKnown })
  /** Only of endpoints that have a request under way, or did not answer the last one. */
  readonly #breakers = new LRUCache<string, EndpointBreaker>({ max: maxKnown })

  /** @param now a monotonic clock, in ms */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /** @throws Postponed, with nothing sent; and what `request` throws */
  async through<T>({ ownerId, url }: Endpoint, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    const key = createHash('sha256').update(url).digest('base64')
    const breaker = this.#breakers.get(key) ?? new EndpointBreaker()
    const begun = this.#now()
    const left = breaker.waitMs(begun)
    if (left !== undefined) throw new Postponed(left)
    const lanes = this.#lanesOf(ownerId, url)
    const waits = lanes.filter(lane => lane.full).map(lane => lane.queue(begun))
    if (waits.length > 0) throw new Postponed(Math.max(...waits))

    const leave = lanes.map(lane => lane.enter(begun))
    breaker.begin()
    this.#breakers.set(key, breaker)
    try {
      const answer = await request()
      breaker.answered()
      return answer
    } catch (error) {
      if (signal.aborted) breaker.givenUp()
      else if (error instanceof NotDelivered) breaker.unanswered(this.#now())
      else breaker.answered()
      throw error
    } finally {
      for (const ended of leave) ended(this.#now())
      if (breaker.healthy) this.#breakers.delete(key)
      else this.#breakers.set(key, breaker)
    }
  }

  #lanesOf(ownerId: string, url: string): Lane[] {
    // A final dot names the same host.
    const host = new URL(url).hostname.replace(/\.$/, '')
    const max = pushServices.test(host) ? maxAtOncePushService : maxAtOnce
    return [this.#lane(`owner ${ownerId}`, maxAtOnce), this.#lane(`host ${host}`, max)]
  }

  #lane(key: string, max: number): Lane {
    const lane = this.#lanes.get(key) ?? new Lane(max)
    this.#lanes.set(key, lane)
    return lane
  }
}
