import type { Queries } from '../../db/client.ts'
import type { TaskQueue } from './queue.ts'
import type { TaskRow } from './rows.ts'
import type { TaskStore } from './task-store.ts'

/**
 * A line of tasks that run one after the other: each knows the one that begins when it has ended. A task that waits for
 * another has no job; the transaction that ends the one before sends it.
 *
 * Who puts a task into a line, takes one out or writes one anew locks the line first, by a row that its kind names
 * (`lockChain`), then rows of tasks: one line changes in one place at a time, whatever the order of those rows. The ends
 * of tasks do without: while they hold a row of a task they wait for no other, and every change of a link locks the row of the
 * earlier task. So a task can neither begin twice nor be forgotten, and nobody waits for somebody who waits for him.
 */
export class TaskChain {
  readonly #store: TaskStore
  readonly #queue: TaskQueue

  constructor(store: TaskStore, queue: TaskQueue) {
    this.#store = store
    this.#queue = queue
  }

  /** Puts a new task behind `lastId`, which nothing waits for yet. At once into the queue if that one ends meanwhile. */
  async join(tx: Queries, task: TaskRow, lastId: string): Promise<void> {
    if (!(await this.#store.link(tx, lastId, task.id))) await this.#send(tx, task)
  }

  /** The task has ended: the one behind it begins. */
  async advance(tx: Queries, nextId: string | null): Promise<void> {
    if (nextId === null) return
    const next = await this.#store.waiting(tx, nextId)
    if (next) await this.#send(tx, next)
  }

  /** The task goes before it began: who waited for it waits for the one before, or begins. */
  async leave(tx: Queries, task: TaskRow): Promise<void> {
    // The one before may itself go while we wait for its row: then there is another one before, or none.
    while (await this.#store.waitsForOther(tx, task)) if (await this.#store.bypass(tx, task)) return
    await this.advance(tx, task.nextId)
  }

  #send(tx: Queries, { id, jobId }: { id: string; jobId: string }): Promise<void> {
    return this.#queue.send(tx, { taskId: id }, { id: jobId })
  }
}
