import { DrizzleQueryError } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import { Batcher } from '../../base/batcher.ts'
import type { Database, Transaction } from '../../db/client.ts'
import { DecryptionFailed } from '../../db/encrypted.ts'
import { isTransientFault } from '../../db/faults.ts'
import { untilAnswered } from '../../db/until-answered.ts'
import type { DomainEvent, EndedOutput } from '../../domain-events/domain-events.ts'
import type { Events, Published } from '../../domain-events/events.ts'
import type { TaskKind } from '../kind.ts'
import type { TaskChain } from '../store/chain.ts'
import type { TaskJob, TaskQueue } from '../store/queue.ts'
import type { ClaimedTask } from '../store/rows.ts'
import type { Saved, TaskEnd, TaskStore } from '../store/task-store.ts'
import { endFacts } from '../task-facts.ts'

/** A lost attempt is tried again after this delay, since it may break again. */
const lostDelaySeconds = 2

export interface AttemptFinalizerOptions {
  database: Database
  store: TaskStore
  queue: TaskQueue
  chain: TaskChain
  events: Events
  logger: FastifyBaseLogger
  /** Called with the end of each attempt that ended here, for the metrics. */
  onEnd?(task: ClaimedTask, end: TaskEnd): void
  /** Called when the queue of tasks has something new. */
  onQueued(): void
}

/**
 * Concurrent transactions, and ends that share one. One transaction for each end, at seven statements each, was most of
 * the cost of a burst of tasks. Two, since one may have to wait for a row that another process has locked.
 */
const batches = { maxConcurrentBatches: 2, maxBatchSize: 25 }

/** An end that waits to be saved. */
interface Ending {
  task: ClaimedTask
  /** Called at each try: the job may have been fetched again meanwhile. */
  job(): TaskJob
  kind: TaskKind
  end: TaskEnd
}

/** Ends an attempt in the database: saves its end, or gives the task back to the queue. */
export class AttemptFinalizer {
  readonly #options: AttemptFinalizerOptions
  readonly #givenUp = new AbortController()
  readonly #batcher = new Batcher((endings: readonly Ending[]) => this.#saveTogether(endings), batches)

  constructor(options: AttemptFinalizerOptions) {
    this.#options = options
  }

  /**
   * Runs the final transaction: texts, usage, status, the kind's rows, and the job; shared with ends that come at the
   * same time. Waits while the database is unavailable. False, with nothing written, when the task has a newer attempt.
   *
   * @throws KindFailed when the kind's own part fails; the database's error when the end can never be saved
   */
  async save(ending: Ending): Promise<boolean> {
    const { logger, onEnd } = this.#options
    const { task, end } = ending
    const saved = await this.#save(ending).catch(error => {
      logger.error({ err: error, taskId: task.id }, 'the end of a task cannot be saved')
      throw error
    })
    if (!saved) {
      logger.warn({ taskId: task.id, attempt: task.attempt }, 'the attempt had been replaced; nothing of it was saved')
      return false
    }
    onEnd?.(task, end)
    return true
  }

  async #save(ending: Ending): Promise<Saved | undefined> {
    return (await this.#batcher.do(ending)) ?? this.#saveAlone(ending)
  }

  /**
   * Saves the ends of tasks that are still on this attempt and whose rows are not locked. The others, and all of them
   * if the transaction fails for one of several, are left to be saved alone.
   */
  async #saveTogether(endings: readonly Ending[]): Promise<(Saved | undefined)[]> {
    // An end that has waited behind others until now is tried once more, alone.
    if (this.#givenUp.signal.aborted) return endings.map(() => undefined)
    try {
      return await this.#options.database.queries.transaction(tx => this.#end(tx, endings, { skipLocked: true }))
    } catch (error) {
      if (endings.length === 1 && !isTransientFault(error)) throw error
      const fields = { err: error, tasks: endings.length }
      this.#options.logger.warn(fields, 'ends of tasks could not be saved together; trying one by one')
      return endings.map(() => undefined)
    }
  }

  /** `undefined` when the task has a newer attempt. */
  async #saveAlone(ending: Ending): Promise<Saved | undefined> {
    const { database, queue, logger } = this.#options
    const { task, job } = ending
    // The text exists nowhere else.
    return untilAnswered(retries => {
      if (retries > 0) logger.warn({ taskId: task.id, retries }, 'the end of a task could not be saved; trying again')
      return database.queries.transaction(async tx => {
        const [saved] = await this.#end(tx, [ending])
        if (!saved) await queue.complete(tx, job())
        return saved
      })
    }, this.#givenUp.signal)
  }

  /** Saves these ends; answers the result for each. */
  async #end(
    tx: Transaction,
    endings: readonly Ending[],
    options?: { skipLocked: boolean },
  ): Promise<(Saved | undefined)[]> {
    const { store, queue, chain, events, onQueued } = this.#options
    const saved = await store.end(
      tx,
      endings.map(({ task: { id, ownerId, attempt }, end }) => ({ taskId: id, ownerId, attempt, end })),
      options,
    )
    if (!saved.some(ended => ended)) return saved
    const facts = await keepAll(
      tx,
      endings.filter(({ end }, index) => saved[index] && worthKeeping(end)),
    )
    const published: Published[] = []
    const jobs: TaskJob[] = []
    for (const [index, { task, job, end }] of endings.entries()) {
      const ended = saved[index]
      if (!ended) continue
      const ofKind = facts.get(task.id) ?? []
      published.push({ traceId: task.traceId, events: [...ofKind, ...endFacts(measured(task, end, ended.ends))] })
      await chain.advance(tx, ended.nextId)
      jobs.push(job())
    }
    if (saved.some(ended => ended && ended.nextId !== null)) tx.afterCommit(onQueued)
    await events.publishAll(tx, published)
    // A job that was fetched again meanwhile stays: its new holder finds nothing to claim.
    await queue.completeAll(tx, jobs)
    return saved
  }

  /**
   * Gives back the task of a stopped attempt: the next one may begin at once. A `lost` one, which broke, counts against
   * the task's budget. Never rejects.
   */
  async giveBack(task: ClaimedTask, job: TaskJob, { lost = false } = {}): Promise<void> {
    const { database, store, queue, logger, onQueued } = this.#options
    const jobId = uuidv7()
    try {
      await database.queries.transaction(async tx => {
        const requeued = lost
          ? store.replaceJob(tx, task.id, task.attempt, jobId)
          : store.requeue(tx, task.id, task.attempt, jobId)
        const again = await requeued
        await queue.complete(tx, job)
        if (!again) return
        await queue.send(tx, { taskId: task.id }, { id: jobId, delaySeconds: lost ? lostDelaySeconds : 0 })
        logger.info({ taskId: task.id }, 'given back to the queue')
        tx.afterCommit(onQueued)
      })
    } catch (error) {
      logger.error({ err: error, taskId: task.id }, 'could not be given back; another attempt begins when it is missed')
    }
  }

  /** Ends the wait for an unavailable database: the process stops. */
  giveUp(): void {
    this.#givenUp.abort()
  }
}

/** Times as the user experienced them: from the request, if this end answers it. */
function measured(task: ClaimedTask, end: TaskEnd, ends: number) {
  const endedAt = new Date()
  const askedAt = (ends === 1 ? task.createdAt : task.claimedAt).getTime()
  const outputs = end.outputs.flatMap(({ index, status, usage }): EndedOutput[] => {
    const effort = end.efforts.get(index)
    if (!effort) return []
    const { firstDeltaAt } = effort
    // A task that had ended before was requested again by its user.
    const retries = effort.retries + (ends > 1 ? 1 : 0)
    const firstTokenMs = firstDeltaAt === undefined ? null : elapsedMs(askedAt, firstDeltaAt)
    return [
      {
        status,
        inputTokens: (usage?.inputTokens ?? 0) + effort.voided.inputTokens,
        outputTokens: (usage?.outputTokens ?? 0) + effort.voided.outputTokens,
        firstTokenMs,
        retries,
      },
    ]
  })
  const totalMs = elapsedMs(askedAt, endedAt.getTime())
  return { task, status: end.status, watched: end.watched, endedAt, ends, totalMs, outputs }
}

/** Null when a clock was set back between the two: then the duration is unknown. */
function elapsedMs(from: number, to: number): number | null {
  return to >= from ? to - from : null
}

function worthKeeping({ bare, outputs }: TaskEnd): boolean {
  return !bare && outputs.some(({ text, result }) => text !== '' || result !== undefined)
}

/** Lets each kind keep its part of all its tasks at once. Answers the events to publish, by task. */
async function keepAll(tx: Transaction, endings: readonly Ending[]): Promise<Map<string, readonly DomainEvent[]>> {
  const facts = new Map<string, readonly DomainEvent[]>()
  for (const [kind, ofKind] of Map.groupBy(endings, ({ kind }) => kind)) {
    for (const [taskId, events] of await keep(tx, kind, ofKind)) facts.set(taskId, events)
  }
  return facts
}

/** The task's input; undefined when it can no longer be read. @throws every other fault */
function inputOf(task: ClaimedTask): { input: unknown } | undefined {
  try {
    return { input: task.input() }
  } catch (error) {
    if (error instanceof DecryptionFailed) return undefined
    throw error
  }
}

/** An error that a kind throws is no reason to try again; one of the database may be. */
async function keep(tx: Transaction, kind: TaskKind, endings: readonly Ending[]) {
  try {
    const ended = endings.flatMap(({ task, end: { outputs, watched } }) => {
      // Then no new text was written, and the rows that the kind kept of an earlier attempt stay.
      const asked = inputOf(task)
      return asked ? [{ ...task, ...asked, outputs, watched }] : []
    })
    if (ended.length === 0) return []
    await kind.save(tx, ended)
    return ended.map(task => [task.id, kind.facts(task)] as const)
  } catch (error) {
    if (error instanceof DrizzleQueryError) throw error
    throw new KindFailed(
      kind.name,
      endings.map(({ task }) => task.id),
      error,
    )
  }
}

/** The kind's part of the final transaction threw. */
export class KindFailed extends Error {
  override readonly name = 'KindFailed'
  readonly code = 'KIND_FAILED'

  constructor(kind: string, taskIds: readonly string[], cause: unknown) {
    super(`the kind ${kind} could not save ${taskIds.join(', ')}`, { cause })
  }
}
