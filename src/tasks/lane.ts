import type { Model } from '../ai/client.ts'
import type { ChatMessage } from '../ai/completion.ts'
import { estimateUsage } from '../ai/tokens.ts'
import type { EventLog } from './event-log.ts'
import type { Desk, Written } from './kind.ts'
import { outputChunk } from './rebuild.ts'
import type { RetryStage } from './retry-stage.ts'
import type { StoredOutput } from './rows.ts'
import type { EndedOutputStatus, OutputError, Usage } from './task.ts'

export interface LaneResult extends StoredOutput {
  status: EndedOutputStatus
  /** What its kind made of it, for `save`. */
  result?: unknown
}

/** What an output cost besides tokens. */
export interface Effort {
  /** When the model's first piece of text came; none may have. */
  firstDeltaAt?: number
  /** How often the model was asked again, by us or by the user. */
  retries: number
  /** Of texts that were written and then restarted. */
  voided: Usage
}

/** Writes one output: see `TaskKind`. */
export type Writer = (desk: LaneDesk) => Promise<Written>

/** A `Desk` at which what the model says can also be streamed as this output's own text. */
export interface LaneDesk extends Desk {
  stream(messages: readonly ChatMessage[]): ReturnType<Desk['complete']>
}

/**
 * One output of a running attempt: has it written, and tells the log.
 *
 * ```
 * idle -> running -> ended        run()
 * idle -> ended                   cancel(), giveUp()
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
  /** Text of it has been streamed. */
  #started = false
  /** Restarted, and no text of the new one has come. */
  #voided = false
  #effort: Effort | undefined

  /** @param saved what an earlier attempt saved of it, if it stands: then there is nothing to run */
  constructor(index: number, log: EventLog, model: Model, retries: RetryStage, saved?: LaneResult) {
    this.index = index
    this.#log = log
    this.#model = model
    this.#retries = retries
    this.#result = saved
    this.#effort = saved ? undefined : newEffort()
  }

  /** `undefined` for an output that stands as it was saved. */
  get effort(): Effort | undefined {
    return this.#effort
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
    const { retries, voided, ...effort } = this.#effort ?? newEffort()
    // What an earlier attempt saved was counted with that one's end.
    const usage = this.#effort && this.#result?.usage
    this.#effort = {
      ...effort,
      retries: retries + 1,
      voided: {
        inputTokens: voided.inputTokens + (usage?.inputTokens ?? 0),
        outputTokens: voided.outputTokens + (usage?.outputTokens ?? 0),
      },
    }
    this.#result = undefined
    this.#voided = true
    this.#log.append(outputChunk({ index: this.index, status: 'restarted' }))
  }

  /** Rejects only if `write` does; `signal` and `cancel()` make it end soon, as `cancelled`. */
  async run(write: Writer, signal: AbortSignal): Promise<void> {
    const { index } = this
    const controller = new AbortController()
    this.#controller = controller
    this.#started = false
    this.#log.append(outputChunk({ index, status: 'running' }))
    const written = await write(this.#desk(AbortSignal.any([signal, controller.signal])))
    const text = this.#text()
    if (this.#started) this.#log.append({ type: 'text-end', id: String(index) })
    this.#controller = undefined
    this.#end({ ...written, text })
  }

  /** Stops it, or keeps it from starting. False when it has ended already. */
  cancel(): boolean {
    if (this.#result) return false
    if (this.#controller) this.#controller.abort()
    else this.#end({ status: 'cancelled', text: '' })
    return true
  }

  /** Ends it without asking the model, unless it has ended: with the text that a lost attempt wrote, if that is known. */
  giveUp(error: OutputError, lost: EventLog): void {
    if (this.#result) return
    const text = lost.text(this.index)
    if (text !== '') {
      const id = String(this.index)
      this.#log.append({ type: 'text-start', id })
      this.#log.delta(this.index, text)
      this.#log.append({ type: 'text-end', id })
    }
    this.#end({ status: text === '' ? 'failed' : 'incomplete', text, error })
  }

  #desk(signal: AbortSignal): LaneDesk {
    return {
      signal,
      complete: ({ messages, format, onDelta }) => {
        let text = ''
        const both = (delta: string) => {
          text += delta
          onDelta?.(delta)
        }
        return this.#complete({ messages, format, signal, onDelta: both }, () => text)
      },
      // Its text is in the log: a second one, in all its pieces, was a third of the memory of a task that runs.
      stream: messages =>
        this.#complete({ messages, signal, onDelta: delta => this.#delta(delta) }, () => this.#text()),
      append: chunk => void this.#log.append(chunk),
    }
  }

  async #complete(request: Parameters<Model['complete']>[0], textOf: () => string): ReturnType<Desk['complete']> {
    const completion = await this.#model.complete({
      ...request,
      onDelta: delta => {
        if (this.#effort) this.#effort.firstDeltaAt ??= Date.now()
        request.onDelta(delta)
      },
      onRetry: retry => {
        if (this.#effort) this.#effort.retries++
        return this.#retries.wait(this.index, retry)
      },
    })
    const text = textOf()
    const usage = completion.usage ?? (text !== '' ? await estimateUsage(request.messages, text) : undefined)
    return { ...completion, text, usage }
  }

  #delta(text: string): void {
    if (!this.#started) this.#log.append({ type: 'text-start', id: String(this.index) })
    this.#started = true
    this.#voided = false
    this.#log.delta(this.index, text)
  }

  #text(): string {
    return this.#started ? this.#log.text(this.index) : ''
  }

  #end(end: Written & { text: string }): void {
    const { index } = this
    const { text: _, result: __, ...change } = end
    if (this.#voided) {
      // A client clears the old text at the next text-start: there must be one, though there is no text.
      this.#log.append({ type: 'text-start', id: String(index) })
      this.#log.append({ type: 'text-end', id: String(index) })
      this.#voided = false
    }
    this.#result = { index, cancelRequested: false, ...end }
    this.#log.append(outputChunk({ index, ...change }))
  }
}

function newEffort(): Effort {
  return { retries: 0, voided: { inputTokens: 0, outputTokens: 0 } }
}
