import { asc, gt, inArray } from 'drizzle-orm'
import type { LibrarySource } from '../library/source.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { ReviewInput } from './input.ts'
import { reviews } from './schema.ts'

/** Diary entries and what was said of them in the library, under the first line of the entry. */
export function reviewLibrary({ tasks }: { tasks: TaskStore }): LibrarySource {
  return {
    kind: 'review',

    async touchedBy(_queries, { name, data }) {
      return name === 'task.ended' && data.kind === 'review' ? data.taskId : undefined
    },

    hold: (tx, ids) => tasks.hold(tx, ids),

    async ids(queries, after, limit) {
      const rows = await queries
        .select({ id: reviews.id })
        .from(reviews)
        .where(after === undefined ? undefined : gt(reviews.id, after))
        .orderBy(asc(reviews.id))
        .limit(limit)
      return rows.map(({ id }) => id)
    },

    async read(tx, ids) {
      const rows = await tx
        .select()
        .from(reviews)
        .where(inArray(reviews.id, [...ids]))
      const found = rows.map(({ id }) => id)
      const [heads, inputs, outputs] = [
        await tasks.getAll(tx, found),
        (await tasks.inputs(tx, found)) as Map<string, ReviewInput>,
        await tasks.outputsOf(tx, found),
      ]
      return rows.flatMap(({ id, ownerId, createdAt }) => {
        const [task, input] = [heads.get(id), inputs.get(id)]
        if (!task || !input) return []
        const text = outputs.get(id)?.[0]?.text ?? ''
        return {
          id,
          ownerId,
          anchorTaskId: id,
          status: task.status,
          createdAt,
          updatedAt: task.finishedAt ?? createdAt,
          title: input.body.trim().split('\n', 1)[0],
          preview: text,
          contents: [input.body, text],
          about: [],
          count: 1,
        }
      })
    },
  }
}
