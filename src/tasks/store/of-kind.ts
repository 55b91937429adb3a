import type { Queries } from '../../db/client.ts'
import type { TaskStatus } from '../task.ts'
import type { StoredOutput, TaskRow } from './rows.ts'
import type { TaskStore } from './task-store.ts'

/** A task with its input and its outputs: all that a record, review or quiz is made of. */
export interface TaskOfKind<Input> {
  id: string
  task: TaskRow
  /** Undefined when it can no longer be read. */
  input: Input | undefined
  outputs: StoredOutput[]
}

/**
 * Reads tasks of one kind with their contents, from their acceptance on and whatever their end. A list made of the rows
 * that a kind keeps of completed tasks would leave out the others.
 *
 * A task that is removed between two statements is left out. To see one state of the database, pass a snapshot of it.
 */
export class TasksOfKind<Input> {
  readonly kind: string
  readonly #store: TaskStore

  constructor(kind: string, store: TaskStore) {
    this.kind = kind
    this.#store = store
  }

  /** The owner's tasks, newest first; `before` is the id of the last one of the page before. */
  async list(
    tx: Queries,
    ownerId: string,
    filter: { status?: readonly TaskStatus[]; before?: string; limit: number },
  ): Promise<TaskOfKind<Input>[]> {
    return this.#read(tx, await this.#store.list(tx, ownerId, { ...filter, kind: this.kind }))
  }

  /**
   * The owner's task; `undefined` when there is none of this kind and owner. `forUpdate` locks it until the transaction
   * ends.
   */
  async find(
    tx: Queries,
    id: string,
    ownerId: string,
    options?: { forUpdate: boolean },
  ): Promise<TaskOfKind<Input> | undefined> {
    const task = await this.#store.find(tx, id, ownerId, options)
    return task?.kind === this.kind ? (await this.#read(tx, [task]))[0] : undefined
  }

  /** Those of these tasks that exist and are of this kind, of any owner. */
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
