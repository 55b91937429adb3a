import type { Model } from '../ai/client.ts'
import type { ChatMessage } from '../ai/completion.ts'
import { estimateUsage } from '../ai/tokens.ts'
import type { EventLog } from './event-log.ts'
import { judge } from './judge.ts'
import { outputChunk } from './rebuild.ts'
import type { RetryStage } from './retry-stage.ts'
import type { StoredOutput } from './rows.ts'
import type { EndedOutputStatus, OutputError, Usage } from './task.ts'

export interface LaneResult extends StoredOutput {
  status: EndedOutputStatus
}

/**
 * One output of a running attempt: asks the model for it and writes what comes to the log.
 *
 * ```
 * idle -> running -> ended        run()
 * idle -> ended                   cancel(), fail()
 * ended -> idle                   restart()
 * ```
 */
export class Lane {
  readonly index: number
  readonly #log: EventLog
  readonly #model: Model
  readonly #retries: RetryStage
  #controller: AbortController | undefined
  #result: LaneResult | undefined
  /** Restarted, and no text of the new one has come. */
  #voided = false

  /** @param saved what an earlier attempt saved of it, if it stands: then there is nothing to run */
  constructor(index: number, log: EventLog, model: Model, retries: RetryStage, saved?: LaneResult) {
    this.index = index
    this.#log = log
    this.#model = model
    this.#retries = retries
    this.#result = saved
  }

  /** Neither begun nor ended. */
  get idle(): boolean {
    return this.#controller === undefined && this.#result === undefined
  }

  /** How it ended; `undefined` while it is idle or runs. */
  get result(): LaneResult | undefined {
    return this.#result
  }

  /** Makes an ended one idle again: its text so far is void. */
  restart(): void {
    this.#result = undefined
    this.#voided = true
    this.#log.append(outputChunk({ index: this.index, status: 'restarted' }))
  }

  /** Never rejects; ends as `cancelled` when `signal` or `cancel()` stops it. */
  async run(messages: readonly ChatMessage[], signal: AbortSignal): Promise<void> {
    const { index } = this
    const controller = new AbortController()
    this.#controller = controller
    this.#log.append(outputChunk({ index, status: 'running' }))
    let started = false
    const completion = await this.#model.complete({
      messages,
      signal: AbortSignal.any([signal, controller.signal]),
      onDelta: text => {
        if (!started) this.#log.append({ type: 'text-start', id: String(index) })
        started = true
        this.#voided = false
        this.#log.delta(index, text)
      },
      onRetry: retry => this.#retries.wait(index, retry),
    })
    const text = this.#log.text(index)
    const usage = completion.usage ?? (started ? await estimateUsage(messages, text) : undefined)
    if (started) this.#log.append({ type: 'text-end', id: String(index) })
    this.#controller = undefined
    this.#end({ ...judge(completion, text !== ''), text, usage })
  }

  /** Stops it, or keeps it from starting. False when it has ended already. */
  cancel(): boolean {
    if (this.#result) return false
    if (this.#controller) this.#controller.abort()
    else this.#end({ status: 'cancelled', text: '' })
    return true
  }

  /** Ends it without asking the model, unless it has ended. */
  fail(error: OutputError): void {
    if (!this.#result) this.#end({ status: 'failed', text: '', error })
  }

  #end(result: {
    status: EndedOutputStatus
    text: string
    finishReason?: string
    error?: OutputError
    usage?: Usage
  }): void {
    const { index } = this
    const { text: _, ...change } = result
    if (this.#voided) {
      // A client clears the old text at the next text-start: there must be one, though there is no text.
      this.#log.append({ type: 'text-start', id: String(index) })
      this.#log.append({ type: 'text-end', id: String(index) })
      this.#voided = false
    }
    this.#result = { index, cancelRequested: false, ...result }
    this.#log.append(outputChunk({ index, ...change }))
  }
}
