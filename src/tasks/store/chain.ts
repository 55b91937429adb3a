import type { Queries } from '../../db/client.ts'
import type { TaskQueue } from './queue.ts'
import type { TaskRow } from './rows.ts'
import type { TaskStore } from './task-store.ts'

/**
 * Runs tasks of one chain one after the other: each row names the task that begins when it has ended. A task that waits
 * for another has no job; the transaction that ends the earlier one sends it.
 *
 * A caller that adds a task to a chain, removes one or writes one again locks the chain first, by a row that its kind
 * names (`lockChain`), then rows of tasks. So one chain changes in one place at a time, whatever the order of those
 * rows. The end of a task needs no chain lock: while it holds a task's row it waits for no other, and every change of a
 * link locks the row of the earlier task. So a task can neither begin twice nor be forgotten, and there is no deadlock.
 */
export class TaskChain {
  readonly #store: TaskStore
  readonly #queue: TaskQueue

  constructor(store: TaskStore, queue: TaskQueue) {
    this.#store = store
    this.#queue = queue
  }

  /**
   * Adds a new task behind `lastId`, which no task follows yet. Sends it to the queue at once if that one ends
   * meanwhile.
   */
  async join(tx: Queries, task: TaskRow, lastId: string): Promise<void> {
    if (!(await this.#store.link(tx, lastId, task.id))) await this.#send(tx, task)
  }

  /** The task has ended: begins the next one. */
  async advance(tx: Queries, nextId: string | null): Promise<void> {
    if (nextId === null) return
    const next = await this.#store.waiting(tx, nextId)
    if (next) await this.#send(tx, next)
  }

  /** Removes a task that has not begun: the next one waits for the one before, or begins. */
  async leave(tx: Queries, task: TaskRow): Promise<void> {
    // The one before may be removed while we wait for its row: then another one precedes, or none.
    while (await this.#store.waitsForOther(tx, task)) if (await this.#store.bypass(tx, task)) return
    await this.advance(tx, task.nextId)
  }

  #send(tx: Queries, { id, jobId }: { id: string; jobId: string }): Promise<void> {
    return this.#queue.send(tx, { taskId: id }, { id: jobId })
  }
}
