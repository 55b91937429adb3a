import type { FastifyBaseLogger } from 'fastify'
import type { Database } from './client.ts'
import { pullBack } from './pull-back.ts'

/** How often the clock is compared. The embedded database has this machine's clock, which costs nothing to read. */
const checkMs = 2_000

/** A smaller difference can be the delay of the database's answer, or a correction of a clock that runs well. */
const toleranceMs = 1_000

export interface ClockWatchOptions {
  database: Database
  logger: FastifyBaseLogger
  /** Jobs that waited may be due now. */
  onPulled(): void
}

/**
 * Watches the database's clock, by which jobs are due, against a clock that only goes forward. When it was set back,
 * and once at the start, rows written ahead of it are pulled back to now: see `pullBack`.
 */
export class ClockWatch {
  readonly #options: ClockWatchOptions
  /** The least by which the database's clock is ahead of the other one. */
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
    }, checkMs)
  }

  /** Waits for a check that has begun. Idempotent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#checking
  }

  /** Never rejects: without the database no job is due, and the next check finds the same. */
  async check(): Promise<void> {
    try {
      const { backMs, settle } = await this.#compare()
      if (backMs > toleranceMs) await this.#pull(backMs)
      settle()
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the clock cannot be checked: the database does not answer')
    }
  }

  /** The least by which the clock has gone back; `settle` accepts the clock as it is now. */
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
