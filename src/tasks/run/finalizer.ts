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

/** What broke once may break again: not at once, then. */
const lostDelaySeconds = 2

export interface AttemptFinalizerOptions {
  database: Database
  store: TaskStore
  queue: TaskQueue
  chain: TaskChain
  events: Events
  logger: FastifyBaseLogger
  /** Told how each attempt that ended here ended, for the metrics. */
  onEnd?(task: ClaimedTask, end: TaskEnd): void
  /** Told when there is something new in the queue of tasks. */
  onQueued(): void
}

/**
 * Transactions at once, and ends that share one. One for each end, at seven statements each, was most of what a burst of tasks
 * cost. Two, since one of them may have to wait for what somebody else has locked.
 */
const batches = { maxConcurrentBatches: 2, maxBatchSize: 25 }

/** An end to be saved. */
interface Ending {
  task: ClaimedTask
  /** Asked for at each try: the job may have been fetched again meanwhile. */
  job(): TaskJob
  kind: TaskKind
  end: TaskEnd
}

/** How an attempt leaves this process: saved, or given back to the queue. */
export class AttemptFinalizer {
  readonly #options: AttemptFinalizerOptions
  readonly #givenUp = new AbortController()
  readonly #batcher = new Batcher((endings: readonly Ending[]) => this.#saveTogether(endings), batches)

  constructor(options: AttemptFinalizerOptions) {
    this.#options = options
  }

  /**
   * The final transaction: texts, usage, status, what the kind keeps, and the job; shared with what ends at the same time.
   * Waits for a database that is away. False, with nothing written, when the task has moved on to another attempt.
   *
   * @throws KindFailed when the kind's own part fails; what the database says when it will never be done
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
   * Those whose task is theirs to end, and that nobody has locked: the others, and all if it fails for one of several, are left
   * to be saved alone.
   */
  async #saveTogether(endings: readonly Ending[]): Promise<(Saved | undefined)[]> {
    // What has waited behind others until now is tried once more, each alone.
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

  /** `undefined` when the task has moved on. */
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

  /** What was saved of each. */
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
    // One that has been fetched again meanwhile stays: whoever has it finds nothing to claim.
    await queue.completeAll(tx, jobs)
    return saved
  }

  /**
   * For an attempt that was stopped: the next one may begin at once. A `lost` one, which broke, counts against the
   * task's budget. Never rejects.
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

  /** Ends the waiting for a database that is away: the process stops. */
  giveUp(): void {
    this.#givenUp.abort()
  }
}

/** As users waited for it: from their request, if this is what came of it. */
function measured(task: ClaimedTask, end: TaskEnd, ends: number) {
  const endedAt = new Date()
  const askedAt = (ends === 1 ? task.createdAt : task.claimedAt).getTime()
  const outputs = end.outputs.flatMap(({ index, status, usage }): EndedOutput[] => {
    const effort = end.efforts.get(index)
    if (!effort) return []
    const { firstDeltaAt } = effort
    // Of a task that had ended before, its user asked for it again.
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

/** Null when a clock was set back between the two: nobody knows then how long it took. */
function elapsedMs(from: number, to: number): number | null {
  return to >= from ? to - from : null
}

function worthKeeping({ bare, outputs }: TaskEnd): boolean {
  return !bare && outputs.some(({ text, result }) => text !== '' || result !== undefined)
}

/** Lets the kinds keep what they want to, each of all its tasks at once. Answers what they publish, by task. */
async function keepAll(tx: Transaction, endings: readonly Ending[]): Promise<Map<string, readonly DomainEvent[]>> {
  const facts = new Map<string, readonly DomainEvent[]>()
  for (const [kind, ofKind] of Map.groupBy(endings, ({ kind }) => kind)) {
    for (const [taskId, events] of await keep(tx, kind, ofKind)) facts.set(taskId, events)
  }
  return facts
}

/** What was asked for; undefined when that can no longer be read. @throws what is no such fault */
function inputOf(task: ClaimedTask): { input: unknown } | undefined {
  try {
    return { input: task.input() }
  } catch (error) {
    if (error instanceof DecryptionFailed) return undefined
    throw error
  }
}

/** Whatever a kind throws by itself is no reason to try again; what the database throws may be. */
async function keep(tx: Transaction, kind: TaskKind, endings: readonly Ending[]) {
  try {
    const ended = endings.flatMap(({ task, end: { outputs, watched } }) => {
      // Then nothing new was written: what an earlier attempt gave its kind to keep is kept.
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
