import { TasksOfKind } from '../tasks/store/of-kind.ts'
import type { TaskStore } from '../tasks/store/task-store.ts'
import type { LibrarySource, TaskLibrary } from './source.ts'

/** The source of what tasks of a kind write, as the library wants it. */
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

    // What has not ended has no entry yet, or one from before, which stays: see `listUnwritten`.
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
