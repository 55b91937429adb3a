import type { ReencryptOptions } from './reencrypt.ts'
import type { ReencryptionReport } from './reencryption-report.ts'

/** `failed`: it broke in the middle; the log has the reason, and a new start goes on with what is left. */
export type ReencryptionState = { status: 'idle' } | ({ status: 'running' | 'done' | 'failed' } & ReencryptionReport)

export interface BackgroundReencryptionOptions {
  run(options: Required<Pick<ReencryptOptions, 'signal' | 'onProgress'>>): Promise<ReencryptionReport>
  logger: { info(values: object, message: string): void; error(values: object, message: string): void }
}

/** The re-encryption inside a server: at most one at a time. idle -> running -> done | failed, and again. */
export class BackgroundReencryption {
  readonly #options: BackgroundReencryptionOptions
  readonly #stopping = new AbortController()
  #state: ReencryptionState = { status: 'idle' }
  #ended: Promise<void> = Promise.resolve()

  constructor(options: BackgroundReencryptionOptions) {
    this.#options = options
  }

  get state(): ReencryptionState {
    return this.#state
  }

  /** Begins one, if none is running and this was not stopped. */
  start(): ReencryptionState {
    if (this.#state.status !== 'running' && !this.#stopping.signal.aborted) this.#ended = this.#run()
    return this.#state
  }

  /** Aborts what runs, for good, and waits for its end. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#ended
  }

  async #run(): Promise<void> {
    const { run, logger } = this.#options
    const { signal } = this.#stopping
    let last: ReencryptionReport | undefined
    const onProgress = (report: ReencryptionReport) => {
      last = report
      this.#state = { status: 'running', ...report }
    }
    try {
      const report = await run({ signal, onProgress })
      this.#state = { status: 'done', ...report }
      logger.info({ reencryption: report }, 're-encryption is done')
    } catch (error) {
      this.#state = last ? { status: 'failed', ...last } : { status: 'idle' }
      if (signal.aborted) logger.info({ reencryption: last }, 're-encryption was stopped; start it again')
      else logger.error({ err: error, reencryption: last }, 're-encryption failed')
    }
  }
}
