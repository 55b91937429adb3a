import { asc, gt, inArray } from 'drizzle-orm'
import type { Static } from 'typebox'
import type { Cipher } from '../db/encrypted.ts'
import type { LibrarySource } from '../library/source.ts'
import type { TaskStore } from '../tasks/store.ts'
import { categoryNames } from './category.ts'
import type { RecordInput } from './input.ts'
import { records } from './schema.ts'
import { latestConfirmations } from './store.ts'

/**
 * Records in the library. What the teacher confirmed is what a record says: its versions are no longer looked into then.
 * The observations always are, since they are what the teacher remembers.
 */
export function recordLibrary({ cipher, tasks }: { cipher: Cipher; tasks: TaskStore }): LibrarySource {
  return {
    kind: 'record',

    async touchedBy(_queries, { name, data }) {
      return name === 'record.confirmed' || data.kind === 'record' ? data.taskId : undefined
    },

    hold: (tx, ids) => tasks.hold(tx, ids),

    async ids(queries, after, limit) {
      const rows = await queries
        .select({ id: records.id })
        .from(records)
        .where(after === undefined ? undefined : gt(records.id, after))
        .orderBy(asc(records.id))
        .limit(limit)
      return rows.map(({ id }) => id)
    },

    async read(tx, ids) {
      const rows = await tx
        .select({ id: records.id, ownerId: records.ownerId, createdAt: records.createdAt })
        .from(records)
        .where(inArray(records.id, [...ids]))
      const found = rows.map(({ id }) => id)
      const [heads, inputs, outputs, confirmed] = [
        await tasks.getAll(tx, found),
        (await tasks.inputs(tx, found)) as Map<string, Static<typeof RecordInput>>,
        await tasks.outputsOf(tx, found),
        await latestConfirmations(tx, cipher, found),
      ]
      return rows.flatMap(({ id, ownerId, createdAt }) => {
        const [task, input, saved] = [heads.get(id), inputs.get(id), confirmed.get(id)]
        if (!task || !input) return []
        const versions = (outputs.get(id) ?? []).flatMap(({ text }) => (text === '' ? [] : [text]))
        const title = [categoryNames[input.category].ko, input.subject, input.label].filter(Boolean).join(' · ')
        const contents = saved ? [saved.text] : versions
        return {
          id,
          ownerId,
          anchorTaskId: id,
          status: saved ? 'confirmed' : task.status,
          createdAt,
          updatedAt: saved?.confirmedAt ?? task.finishedAt ?? createdAt,
          title,
          preview: contents[0] ?? '',
          contents,
          about: [title, input.observations, ...(input.keywords ?? [])],
          count: versions.length,
        }
      })
    },
  }
}
