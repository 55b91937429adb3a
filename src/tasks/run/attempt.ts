import type { Model } from '../../ai/client.ts'
import { DecryptionFailed } from '../../db/encrypted.ts'
import { isTransientFault } from '../../db/faults.ts'
import type { KindTask, OutputResult, TaskKind } from '../kind.ts'
import type { EventLog } from '../log/event-log.ts'
import { appendSavedOutput, terminalChunk } from '../log/rebuild.ts'
import type { ClaimedTask, LaneResult, StoredOutput } from '../store/rows.ts'
import type { TaskEnd } from '../store/task-store.ts'
import type { Stage } from '../task.ts'
import {
  attemptsLost,
  type EndedTaskStatus,
  endStatus,
  inputDamaged,
  lostAttemptsBudget,
  notSaved,
  type OutputError,
  outputEnded,
} from '../task.ts'
import { classifyCompletion } from './classify-completion.ts'
import { Lane, type LaneContext, type WriteOutput } from './lane.ts'
import { RetryStage } from './retry-stage.ts'

export interface AttemptOptions {
  task: ClaimedTask
  kind: TaskKind
  log: EventLog
  model: Model
  /** How many of its outputs may be generated at the same time. */
  parallel: number
  /** Whether a reader follows the task, here or at another instance. */
  watched(): boolean
  /** The known events of the attempt before, which was lost. */
  lost(): Promise<EventLog>
  /** Saves the end in one transaction; `false` when the task has a newer attempt. May wait for the database. */
  save(end: TaskEnd): Promise<boolean>
}

/**
 * One execution of a task in this process: runs a lane per output, saves the outputs, then appends the terminal event.
 *
 * ```
 * preparing -> generating -> saving -> ended
 * preparing, generating -> stopped      given back or replaced: readers are disconnected, nothing is saved
 * any but ended -> stopped              a mistake of ours, or an end that cannot be saved: the same
 * ```
 */
export class Attempt {
  readonly task: ClaimedTask
  readonly #options: AttemptOptions
  readonly #log: EventLog
  readonly #lanes: Lane[]
  /** Lanes to be run, in order. */
  readonly #waiting: Lane[] = []
  /** Lanes that ask the model now. */
  readonly #running = new Set<Promise<void>>()
  #phase: 'preparing' | 'generating' | 'saving' | 'ended' | 'stopped' = 'preparing'
  #cancelled: boolean

  constructor(options: AttemptOptions) {
    const { task, kind, log, model } = options
    const plain = 'plain' in kind ? kind.plain : undefined
    this.#options = options
    this.task = task
    this.#log = log
    this.#cancelled = task.cancelRequestedAt !== null
    const retries = new RetryStage(log)
    this.#lanes = task.outputs.map(
      output => new Lane(output.index, log, model, { retries, plain, saved: savedResult(output) }),
    )
  }

  /**
   * Resolves when the task has ended and its readers are notified, or when the attempt was stopped. Rejects only for a
   * mistake of ours, such as a prompt that throws; then it has stopped and its readers are disconnected.
   */
  async run(): Promise<void> {
    try {
      await this.#run()
    } catch (error) {
      this.#halt()
      await Promise.allSettled(this.#running)
      throw error
    }
  }

  async #run(): Promise<void> {
    const { task } = this.#options
    const givenUp = task.lostAttempts >= lostAttemptsBudget && !this.#cancelled
    // Read before this attempt begins, which voids the events of the one before everywhere.
    const lost = givenUp ? await this.#options.lost() : undefined
    if (this.#stopped) return
    this.#log.begin(task.attempt)
    this.#stage('preparing')
    for (const output of task.outputs) if (savedResult(output)) appendSavedOutput(this.#log, output)
    for (const output of task.outputs)
      if (this.#cancelled || output.cancelRequested) this.#lanes[output.index]?.cancel()
    if (lost && !this.#cancelled) {
      for (const lane of this.#lanes) lane.giveUp(attemptsLost, lost)
      await this.#end('failed', attemptsLost)
      return
    }
    this.#phase = 'generating'
    this.#stage('generating')
    this.#waiting.push(...this.#lanes)
    this.#runWaiting()
    // A retried output joins while others still run.
    while (this.#running.size > 0) await Promise.all(this.#running)
    if (this.#stopped) return
    await this.#end(endStatus(this.#results(), this.#cancelled))
  }

  /** The user cancelled: the text so far is saved. No effect once it is being saved. */
  cancel(): void {
    if (this.#phase !== 'preparing' && this.#phase !== 'generating') return
    this.#cancelled = true
    if (this.#phase === 'generating') for (const lane of this.#lanes) lane.cancel()
  }

  /** Cancels an output. False when the output has ended already. */
  cancelOutput(index: number): boolean {
    const output = this.task.outputs[index]
    if (this.#phase === 'preparing' && output) output.cancelRequested = true
    if (this.#phase === 'preparing') return output !== undefined
    return this.#lanes[index]?.cancel() ?? false
  }

  /** Writes an ended output again; `unfinished` (it still runs) and `ending` (the task is being saved) say why not. */
  retryOutput(index: number): 'restarted' | 'unfinished' | 'ending' {
    const lane = this.#lanes[index]
    if (!lane?.result) return 'unfinished'
    if (this.#phase !== 'generating' || this.#running.size === 0 || this.#cancelled) return 'ending'
    lane.restart()
    this.#waiting.push(lane)
    this.#runWaiting()
    return 'restarted'
  }

  /** Ends the work without saving: another attempt goes on with the task. False when it is being saved or has ended. */
  stop(): boolean {
    if (this.#phase !== 'preparing' && this.#phase !== 'generating') return false
    this.#halt()
    return true
  }

  #halt(): void {
    this.#phase = 'stopped'
    this.#log.abandon()
    for (const lane of this.#lanes) lane.stop()
  }

  /** Another attempt has begun: readers see nothing more of this one, and it saves nothing. */
  replaced(): void {
    if (!this.stop()) this.#log.abandon()
  }

  /**
   * Runs waiting lanes, as many as may ask the model at the same time; the others as these end. A lane that was
   * cancelled while it waited has ended; once retried, it may be in the list twice.
   */
  #runWaiting(): void {
    while (!this.#stopped && this.#running.size < this.#options.parallel) {
      const lane = this.#waiting.shift()
      if (!lane) return
      if (!lane.idle) continue
      const done = lane.run(outputWriter(this.#options.kind, this.task, lane.index)).then(() => {
        this.#running.delete(done)
        this.#runWaiting()
      })
      this.#running.add(done)
      // `#run` waits for the lanes that ran when it was called, and gets to this one later: until then this handles the
      // rejection.
      done.catch(() => this.#halt())
    }
  }

  get #stopped(): boolean {
    return this.#phase === 'stopped'
  }

  #results(): LaneResult[] {
    return this.#lanes.flatMap(lane => lane.result ?? [])
  }

  async #end(status: EndedTaskStatus, reason?: OutputError): Promise<void> {
    this.#phase = 'saving'
    const outputs = this.#results()
    const finished = status === 'completed' || status === 'incomplete'
    const stage = finished ? 'completed' : this.#log.stage
    const error = status === 'failed' ? (reason ?? outputs.find(output => output.error)?.error) : undefined
    this.#stage('saving')
    // From here on only the end is appended, so its id is known before it is sent.
    const terminalSeq = this.#log.lastId.seq + (finished ? 2 : 1)
    const terminalId = `${this.task.attempt}-${terminalSeq}`
    const efforts = new Map(this.#lanes.flatMap(({ index, effort }) => (effort ? [[index, effort]] : [])))
    const end = { status, stage, terminalId, error, outputs, efforts, watched: this.#options.watched() }
    let saved: boolean
    try {
      saved = await this.#options.save({ ...end, bare: reason !== undefined })
    } catch (fault) {
      // The kind's part can never be saved: then the texts are kept without it.
      if (reason || isTransientFault(fault)) throw fault
      return this.#end('failed', notSaved)
    }
    this.#phase = 'ended'
    if (!saved) {
      this.#log.abandon()
      return
    }
    if (finished) this.#stage('completed')
    this.#log.append(terminalChunk(status, outputs, error?.detail))
  }

  #stage(stage: Stage): void {
    this.#log.append({ type: 'data-stage', id: 'stage', data: { stage, at: new Date().toISOString() } })
  }
}

function savedResult(output: StoredOutput): LaneResult | undefined {
  const { status } = output
  return outputEnded(status) ? { ...output, status } : undefined
}

/** How output `output` of a task is written: streamed from the model, or made by the kind. */
export function outputWriter(kind: TaskKind, task: KindTask & { input(): unknown }, output: number): WriteOutput {
  const write: WriteOutput =
    'write' in kind
      ? async context => kind.write(task.input(), context)
      : async context =>
          context.stream(async () => kind.prompt(task.input(), output, task), kind.bound(task.input())).then(ended)
  return context =>
    write(context).catch(error => {
      // A value under a key that was not given here is whole: another process may have that key, so the attempt is
      // given back.
      if (!(error instanceof DecryptionFailed) || error.fault === 'key-missing') throw error
      return { status: 'failed', error: inputDamaged }
    })
}

/** Without a completion nothing was prompted: the output ends as cancelled. */
function ended(completion: Awaited<ReturnType<LaneContext['stream']>>): OutputResult {
  if (!completion) return { status: 'cancelled' }
  return { ...classifyCompletion(completion, completion.text !== ''), usage: completion.usage }
}
