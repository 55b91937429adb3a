import type { FastifyBaseLogger } from 'fastify'
import type { Database } from './client.ts'
import { pullBack } from './pull-back.ts'

/** How often the clock is looked at. For the embedded database that is this machine's, which costs nothing. */
const lookMs = 2_000

/** Less is what an answer of the database may take, and what clocks are corrected by while they run well. */
const toleranceMs = 1_000

export interface ClockWatchOptions {
  database: Database
  logger: FastifyBaseLogger
  /** Jobs that waited may be due now. */
  onPulled(): void
}

/**
 * Watches the clock by which jobs are due, the database's, against one that only goes forward. When it has been set back, and
 * once at the start, what was written ahead of it is pulled to now: see `pullBack`.
 */
export class ClockWatch {
  readonly #options: ClockWatchOptions
  /** What the clock is ahead of the other one, at least. */
  #aheadMs: number | undefined
  #timer: NodeJS.Timeout | undefined
  #checking: Promise<void> | undefined

  constructor(options: ClockWatchOptions) {
    this.#options = options
  }

  /** @throws when the database does not answer */
  async start(): Promise<void> {
    await this.#compare()
    await this.#pull(0)
    this.#timer ??= setInterval(() => {
      this.#checking ??= this.check().finally(() => {
        this.#checking = undefined
      })
    }, lookMs)
  }

  /** Waits for what it has begun. Idempotent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#checking
  }

  /** Never rejects: without the database nothing is due, and the next look finds the same. */
  async check(): Promise<void> {
    try {
      const { backMs, settle } = await this.#compare()
      if (backMs > toleranceMs) await this.#pull(backMs)
      settle()
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the clock cannot be looked at: the database does not answer')
    }
  }

  /** By how much the clock has gone back at least; `settle` takes it from then on as it is now. */
  async #compare(): Promise<{ backMs: number; settle: () => void }> {
    const before = performance.now()
    const time = await this.#time()
    const [least, most] = [time - performance.now(), time - before]
    const settle = () => {
      this.#aheadMs = least
    }
    if (this.#aheadMs === undefined) settle()
    return { backMs: (this.#aheadMs ?? least) - most, settle }
  }

  async #time(): Promise<number> {
    const { backend, heartbeats } = this.#options.database
    if (backend === 'pglite') return Date.now()
    const { rows } = await heartbeats.executeSql(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
      [],
    )
    return (rows as { ms: number }[])[0]?.ms ?? Number.NaN
  }

  async #pull(backMs: number): Promise<void> {
    const { database, logger, onPulled } = this.#options
    const pulled = await pullBack(database, backMs)
    if (backMs > 0 || pulled)
      logger.warn(
        { backMs: Math.round(backMs) },
        'the clock was set back: what was written ahead of it is pulled to now',
      )
    if (pulled) onPulled()
  }
}
