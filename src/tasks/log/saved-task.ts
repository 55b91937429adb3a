import type { Queries } from '../../db/client.ts'
import { snapshot } from '../../db/snapshot.ts'
import type { KindChunk, TaskKind } from '../kind.ts'
import type { StoredOutput, TaskRow } from '../store/rows.ts'
import type { TaskStore } from '../store/task-store.ts'
import { taskEnded } from '../task.ts'

/** A task with all that a log can be rebuilt from. */
export interface SavedTask {
  task: TaskRow
  outputs: readonly StoredOutput[]
  /** The events that its kind adds to the log of an ended task. */
  extra?: readonly KindChunk[]
}

interface Sources {
  store: TaskStore
  kinds: ReadonlyMap<string, TaskKind>
}

/** A task, of any owner, with all that a log can be rebuilt from, in one state of the database. */
export function loadSaved(queries: Queries, sources: Sources, id: string): Promise<SavedTask> {
  return snapshot({ queries }, async tx => readSaved(tx, sources, await sources.store.get(tx, id)))
}

/** The rest of `task`, as `tx` sees it. */
export async function readSaved(tx: Queries, { store, kinds }: Sources, task: TaskRow): Promise<SavedTask> {
  const outputs = (await store.outputsOf(tx, [task])).get(task.id) ?? []
  const extra = taskEnded(task.status) ? await kinds.get(task.kind)?.replay?.(tx, task) : undefined
  return { task, outputs, extra }
}
