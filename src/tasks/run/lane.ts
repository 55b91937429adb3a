import type { CompletionRequest, Model } from '../../ai/client.ts'
import type { ChatMessage, Completion, TextLength, TextReader } from '../../ai/completion.ts'
import { bounded, type TextBound } from '../../ai/text-bound.ts'
import { TextSample } from '../../ai/text-sample.ts'
import { estimateUsage } from '../../ai/tokens.ts'
import { untilAnswered } from '../../db/until-answered.ts'
import type { KindChunk, OutputContext, OutputResult } from '../kind.ts'
import type { EventLog } from '../log/event-log.ts'
import { outputChunk } from '../log/rebuild.ts'
import type { LaneResult } from '../store/rows.ts'
import type { Effort, OutputError } from '../task.ts'
import type { RetryStage } from './retry-stage.ts'

/** Writes one output: see `TaskKind`. */
export type WriteOutput = (context: LaneContext) => Promise<OutputResult>

/** Makes the messages to send; none if there is nothing left to write. May fail while the database is unavailable. */
export type Prompt = () => Promise<readonly ChatMessage[]>

/** An `OutputContext` that can also stream the model's text as this output's own text. */
export interface LaneContext extends OutputContext {
  /**
   * As `complete`, but the messages are not kept while the answer comes: `prompt` makes them again if they must be
   * counted, and if that fails there is no usage. Waits while the database is unavailable. `undefined` when there are
   * no messages.
   */
  stream(prompt: Prompt, bound: TextBound): Promise<Awaited<ReturnType<OutputContext['complete']>> | undefined>
}

interface LaneOptions {
  retries: RetryStage
  /** What is saved of a text: see `TaskKind`. */
  plain?: (text: string) => string
  saved?: LaneResult
}

/**
 * One output of a running attempt: runs its writer, is itself the writer's context, and appends to the log.
 *
 * ```
 * idle -> running -> ended        run()
 * idle -> ended                   cancel(), giveUp()
 * ended -> idle                   restart()
 * ```
 */
export class Lane implements LaneContext {
  readonly index: number
  readonly #log: EventLog
  readonly #model: Model
  readonly #retries: RetryStage
  readonly #plain: (text: string) => string
  #running: AbortController | undefined
  #result: LaneResult | undefined
  #stopped = false
  /** Text of it has been streamed. */
  #started = false
  /** Restarted, and no new text has come. */
  #voided = false
  /** Reasoning of the present completion that was first taken for text. */
  #reasoning: TextSample | undefined
  #effort: Effort | undefined

  /** @param saved the result that an earlier attempt saved, if it stands: then there is nothing to run */
  constructor(index: number, log: EventLog, model: Model, { retries, plain = text => text, saved }: LaneOptions) {
    this.index = index
    this.#log = log
    this.#model = model
    this.#retries = retries
    this.#plain = plain
    this.#result = saved
    this.#effort = saved ? undefined : newEffort()
  }

  /** `undefined` for an output that stands as it was saved. */
  get effort(): Effort | undefined {
    return this.#effort
  }

  /** Neither begun nor ended. */
  get idle(): boolean {
    return this.#running === undefined && this.#result === undefined
  }

  /** How it ended; `undefined` while it is idle or runs. */
  get result(): LaneResult | undefined {
    return this.#result
  }

  /** Makes an ended one idle again: its text so far is void. */
  restart(): void {
    const { retries, voided, ...effort } = this.#effort ?? newEffort()
    // The usage that an earlier attempt saved was counted with that attempt's end.
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

  /** Rejects only if `write` does; `stop()` and `cancel()` make it end soon, as `cancelled`. */
  async run(write: WriteOutput): Promise<void> {
    const { index } = this
    this.#running = new AbortController()
    this.#started = false
    this.#stopped = false
    this.#reasoning = undefined
    this.#log.append(outputChunk({ index, status: 'running' }))
    const written = await write(this)
    const text = this.#text()
    if (this.#started) this.#log.append({ type: 'text-end', id: String(index) })
    this.#running = undefined
    this.#end({ ...written, text })
  }

  /** Aborted when the present writer must end. */
  get signal(): AbortSignal {
    if (!this.#running) throw new Error(`output ${this.index} is not being written`)
    return this.#running.signal
  }

  async complete({
    messages,
    format,
    bound,
    onDelta,
  }: Parameters<OutputContext['complete']>[0]): ReturnType<OutputContext['complete']> {
    let text = ''
    const reasoning = new TextSample()
    const completion = await this.#complete({ messages, format }, bound, (delta, voids) => {
      if (voids) reasoning.add(text)
      text = voids ? delta : text + delta
      return onDelta?.(delta, voids)
    })
    return counted(completion, text, [reasoning], messages)
  }

  stream(prompt: Prompt, bound: TextBound): ReturnType<LaneContext['stream']> {
    // Its text is in the log: a second copy, in all its pieces, was a third of the memory of a running task.
    return this.#stream(prompt, bound).then(completion => completion && this.#streamed(completion, prompt))
  }

  async #stream(prompt: Prompt, bound: TextBound): Promise<Completion | undefined> {
    const messages = await prompted(prompt, this.signal)
    // Returned and not awaited: a suspended function keeps its variables, the messages included.
    return messages.length > 0
      ? this.#complete({ messages }, bound, (delta, voids) => this.#delta(delta, voids))
      : undefined
  }

  async #streamed(completion: Completion, prompt: Prompt) {
    const text = this.#text()
    const reasoning = this.#reasoning ? [this.#reasoning] : []
    // Another attempt writes a stopped output again: this one's cost is not counted.
    if (this.#stopped || !uncounted(completion, text, reasoning)) return { ...completion, text }
    // The text matters most: no fault that happens now may lose it, and an unavailable database is not waited for.
    const messages = await prompt().catch(() => [])
    return messages.length > 0 ? counted(completion, text, reasoning, messages) : { ...completion, text }
  }

  append(chunk: KindChunk): void {
    this.#log.append(chunk)
  }

  /** Ends it if it runs: its text is no longer of use. */
  stop(): void {
    this.#stopped = true
    this.#running?.abort()
  }

  /** Stops it, or keeps it from starting. False when it has ended already. */
  cancel(): boolean {
    if (this.#result) return false
    if (this.#running) this.#running.abort()
    else this.#end({ status: 'cancelled', text: '' })
    return true
  }

  /** Ends it without asking the model, unless it has ended: with the text of a lost attempt, if that is known. */
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

  #complete(
    request: Pick<CompletionRequest, 'messages' | 'format'>,
    bound: TextBound,
    onDelta: TextReader,
  ): Promise<Completion> {
    const firstDeltaAt = this.#effort?.firstDeltaAt
    return this.#model.complete({
      ...request,
      maxOutputTokens: bound.maxOutputTokens,
      signal: this.signal,
      onDelta: bounded(bound, (delta, voids) => {
        if (this.#effort && voids) this.#effort.firstDeltaAt = firstDeltaAt
        if (this.#effort && delta !== '') this.#effort.firstDeltaAt ??= Date.now()
        return onDelta(delta, voids)
      }),
      onRetry: retry => {
        if (this.#effort) this.#effort.retries++
        return this.#retries.wait(this.index, retry)
      },
    })
  }

  #delta(text: string, voids = false): void {
    if (voids) this.#void()
    if (text === '') return
    if (!this.#started) this.#log.append({ type: 'text-start', id: String(this.index) })
    this.#started = true
    this.#voided = false
    this.#log.delta(this.index, text)
  }

  /** The text so far was reasoning: readers see the same as when an output is written again. */
  #void(): void {
    const { index } = this
    this.#reasoning ??= new TextSample()
    this.#reasoning.add(this.#text())
    if (this.#started) this.#log.append({ type: 'text-end', id: String(index) })
    this.#started = false
    this.#voided = true
    this.#log.append(outputChunk({ index, status: 'restarted' }))
    this.#log.append(outputChunk({ index, status: 'running' }))
  }

  #text(): string {
    return this.#started ? this.#log.text(this.index) : ''
  }

  #end(end: OutputResult & { text: string }): void {
    const { index } = this
    const { text: _, result: __, ...change } = end
    if (this.#voided) {
      // A client clears the old text at the next text-start: there must be one, though there is no text.
      this.#log.append({ type: 'text-start', id: String(index) })
      this.#log.append({ type: 'text-end', id: String(index) })
      this.#voided = false
    }
    const text = this.#plain(end.text)
    this.#result = { index, cancelRequested: false, ...end, text, ...(text !== end.text && { original: end.text }) }
    this.#log.append(outputChunk({ index, ...change }))
  }
}

/**
 * A completion with its text, and its usage: estimated if the provider reported none. `reasoning`: pieces first taken
 * for text.
 */
async function counted(
  completion: Completion,
  text: string,
  reasoning: readonly TextLength[],
  messages: readonly ChatMessage[],
) {
  if (!uncounted(completion, text, reasoning)) return { ...completion, text }
  return { ...completion, text, usage: await estimateUsage(messages, text, unseen(completion, reasoning)) }
}

/** Whether text came and the provider reported no usage. */
function uncounted(completion: Completion, text: string, reasoning: readonly TextLength[]): boolean {
  return !completion.usage && (text !== '' || unseen(completion, reasoning).length > 0)
}

function unseen(completion: Completion, reasoning: readonly TextLength[]): readonly TextLength[] {
  return [...reasoning, completion.reasoning].filter(
    sample => sample !== undefined && sample.length > 0,
  ) as TextLength[]
}

/**
 * Waits while the database is unavailable, which is no fault of the attempt; no messages when it was stopped meanwhile.
 */
async function prompted(prompt: Prompt, signal: AbortSignal): Promise<readonly ChatMessage[]> {
  try {
    return await untilAnswered(prompt, signal)
  } catch (error) {
    if (signal.aborted) return []
    throw error
  }
}

function newEffort(): Effort {
  return { retries: 0, voided: { inputTokens: 0, outputTokens: 0 } }
}
