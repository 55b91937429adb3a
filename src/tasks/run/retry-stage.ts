import type { Retry } from '../../ai/retry.ts'
import type { EventLog } from '../log/event-log.ts'
import type { Stage } from '../task.ts'

/**
 * The stage of an attempt while its outputs wait to be requested again, one for all of them: `retrying` for each wait,
 * with the output, the reason and the delay, and `generating` again once none waits.
 */
export class RetryStage {
  readonly #log: EventLog
  #waiting = 0

  constructor(log: EventLog) {
    this.#log = log
  }

  /** Begins a wait; the caller calls the returned function when the wait is over. */
  wait(output: number, { reason, delayMs, retry }: Retry): () => void {
    this.#waiting++
    this.#stage('retrying', { output, reason, delayMs, retry })
    return () => {
      this.#waiting--
      if (this.#waiting === 0) this.#stage('generating')
    }
  }

  #stage(stage: Stage, detail?: unknown): void {
    this.#log.append({ type: 'data-stage', id: 'stage', data: { stage, at: new Date().toISOString(), detail } })
  }
}
