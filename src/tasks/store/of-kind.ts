import type { Queries } from '../../db/client.ts'
import type { TaskStatus } from '../task.ts'
import type { StoredOutput, TaskRow } from './rows.ts'
import type { TaskStore } from './task-store.ts'

/** A task with what was asked for and what it wrote: all that a record, review or quiz is made of. */
export interface TaskOfKind<Input> {
  id: string
  task: TaskRow
  /** Undefined when it can no longer be read. */
  input: Input | undefined
  outputs: StoredOutput[]
}

/**
 * Tasks of one kind as what they wrote, from the moment they are accepted and whatever became of them: a list that were
 * made of what a kind keeps of those that ended well would leave out the others.
 *
 * A task that is removed between two statements is left out. To see one state of the database give a snapshot of it.
 */
export class TasksOfKind<Input> {
  readonly kind: string
  readonly #store: TaskStore

  constructor(kind: string, store: TaskStore) {
    this.kind = kind
    this.#store = store
  }

  /** The owner's, newest first; `before` is the id of the last one of the page before. */
  async list(
    tx: Queries,
    ownerId: string,
    filter: { status?: readonly TaskStatus[]; before?: string; limit: number },
  ): Promise<TaskOfKind<Input>[]> {
    return this.#read(tx, await this.#store.list(tx, ownerId, { ...filter, kind: this.kind }))
  }

  /** The owner's; `undefined` when there is none of this kind and owner. `forUpdate` locks it until the transaction ends. */
  async find(
    tx: Queries,
    id: string,
    ownerId: string,
    options?: { forUpdate: boolean },
  ): Promise<TaskOfKind<Input> | undefined> {
    const task = await this.#store.find(tx, id, ownerId, options)
    return task?.kind === this.kind ? (await this.#read(tx, [task]))[0] : undefined
  }

  /** Those of them that are there and of this kind, whoever they belong to. */
  async getAll(tx: Queries, ids: readonly string[]): Promise<TaskOfKind<Input>[]> {
    const found = Array.from((await this.#store.getAll(tx, ids)).values())
    return this.#read(
      tx,
      found.filter(({ kind }) => kind === this.kind),
    )
  }

  async #read(tx: Queries, tasks: readonly TaskRow[]): Promise<TaskOfKind<Input>[]> {
    if (tasks.length === 0) return []
    const inputs = await this.#store.inputs<Input>(tx, tasks)
    const outputs = await this.#store.outputsOf(tx, tasks)
    return tasks.flatMap(task => {
      const input = inputs.get(task.id)
      return input ? [{ id: task.id, task, input: input.value, outputs: outputs.get(task.id) ?? [] }] : []
    })
  }
}
