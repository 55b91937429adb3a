import { TasksOfKind } from '../tasks/store/of-kind.ts'
import type { TaskStore } from '../tasks/store/task-store.ts'
import type { LibrarySource, TaskLibrary } from './source.ts'

/** A library source made of the tasks of one kind. */
export function taskSource<Input>(store: TaskStore, { kind, read }: TaskLibrary<Input>): LibrarySource {
  const tasks = new TasksOfKind<Input>(kind, store)
  return {
    kind,
    ofTasks: true,

    async touchedBy(_queries, { name, data }) {
      const touched = name === 'record.confirmed' ? kind === 'record' : data.kind === kind
      return touched ? data.taskId : undefined
    },

    hold: (tx, ids) => store.hold(tx, ids),

    // A task that has not ended has no entry yet, or an earlier one, which stays: see `listUnwritten`.
    ids: (queries, after, limit) => store.endedIds(queries, kind, after, limit),

    async read(tx, ids) {
      const written = await tasks.getAll(tx, ids)
      const documents = await read(tx, written)
      return written.flatMap(({ id, task: { ownerId, status, createdAt, finishedAt } }) => {
        const document = documents.get(id)
        if (!document) return []
        return { id, ownerId, anchorTaskId: id, status, createdAt, updatedAt: finishedAt ?? createdAt, ...document }
      })
    },
  }
}
