import { asc, gt } from 'drizzle-orm'
import type { LibrarySource } from '../library/source.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { QuizInput } from './input.ts'
import { quizzes } from './schema.ts'
import type { QuizStore } from './store.ts'

/**
 * Quizzes in the library: what was asked for, the questions and their choices, all of which their owner sees before taking
 * one. The answers and explanations are never looked into, before a quiz was taken or after: a search must not give away
 * what it has yet to ask, and taking a quiz changes nothing else that the library shows.
 */
export function quizLibrary({ store, tasks }: { store: QuizStore; tasks: TaskStore }): LibrarySource {
  return {
    kind: 'quiz',

    async touchedBy(_queries, { name, data }) {
      return name === 'task.ended' && data.kind === 'quiz' ? data.taskId : undefined
    },

    hold: (tx, ids) => tasks.hold(tx, ids),

    async ids(queries, after, limit) {
      const rows = await queries
        .select({ id: quizzes.id })
        .from(quizzes)
        .where(after === undefined ? undefined : gt(quizzes.id, after))
        .orderBy(asc(quizzes.id))
        .limit(limit)
      return rows.map(({ id }) => id)
    },

    async read(tx, ids) {
      const made = await store.getAll(tx, ids)
      const found = made.map(({ id }) => id)
      const heads = await tasks.getAll(tx, found)
      const inputs = (await tasks.inputs(tx, found)) as Map<string, QuizInput>
      return made.flatMap(({ id, questions, complete, createdAt }) => {
        const [task, input] = [heads.get(id), inputs.get(id)]
        if (!task || !input) return []
        const { topic, material } = input
        return {
          id,
          ownerId: task.ownerId,
          anchorTaskId: id,
          status: complete ? 'completed' : 'incomplete',
          createdAt,
          updatedAt: task.finishedAt ?? createdAt,
          title: topic,
          preview: questions[0]?.question ?? '',
          contents: questions.flatMap(({ question, choices }) => [question, ...choices]),
          about: [topic, ...(material === undefined ? [] : [material])],
          count: questions.length,
        }
      })
    },
  }
}
