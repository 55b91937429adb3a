/** `failed`: it broke in the middle; the log has the reason, and a new start goes on with the rest. */
export type JobState<Report extends object> = { status: 'idle' } | ({ status: 'running' | 'done' | 'failed' } & Report)

export interface BackgroundJobOptions<Report extends object> {
  /** Its name in the log. */
  name: string
  /** Calls `onProgress` at once. */
  run(options: { signal: AbortSignal; onProgress(report: Report): void }): Promise<Report>
  logger: { info(values: object, message: string): void; error(values: object, message: string): void }
}

/** A long piece of work inside a server: at most one at a time. idle -> running -> done | failed, and again. */
export class BackgroundJob<Report extends object> {
  readonly #options: BackgroundJobOptions<Report>
  readonly #stopping = new AbortController()
  #state: JobState<Report> = { status: 'idle' }
  #ended: Promise<void> = Promise.resolve()

  constructor(options: BackgroundJobOptions<Report>) {
    this.#options = options
  }

  get state(): JobState<Report> {
    return this.#state
  }

  /** Begins it, unless it runs or was stopped. */
  start(): JobState<Report> {
    if (this.#state.status !== 'running' && !this.#stopping.signal.aborted) this.#ended = this.#run()
    return this.#state
  }

  /** Aborts a running job, for good, and waits for its end. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#ended
  }

  async #run(): Promise<void> {
    const { name, run, logger } = this.#options
    const { signal } = this.#stopping
    let last: Report | undefined
    const onProgress = (report: Report) => {
      last = report
      this.#state = { status: 'running', ...report }
    }
    try {
      const report = await run({ signal, onProgress })
      this.#state = { status: 'done', ...report }
      logger.info({ report }, `${name} is done`)
    } catch (error) {
      this.#state = last ? { status: 'failed', ...last } : { status: 'idle' }
      if (signal.aborted) logger.info({ report: last }, `${name} was stopped; start it again`)
      else logger.error({ err: error, report: last }, `${name} failed`)
    }
  }
}
