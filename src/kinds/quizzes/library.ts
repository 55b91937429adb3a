import type { TaskLibrary } from '../../library/source.ts'
import type { QuizInput } from './input.ts'
import type { QuizStore } from './store.ts'

/**
 * Quizzes in the library: the request, the questions and their choices, all of which their owner sees before taking
 * the quiz. A search never reads the answers and explanations, before a quiz was taken or after: it must not give them
 * away, and taking a quiz changes nothing else that the library shows.
 */
export function quizLibrary(store: QuizStore): TaskLibrary<QuizInput> {
  return {
    kind: 'quiz',

    async read(tx, written) {
      const kept = await store.getAll(
        tx,
        written.map(({ task }) => task),
      )
      return new Map(
        written.map(({ id, input }) => {
          const made = kept.get(id)
          const questions = made?.questions ?? []
          const document = {
            title: input?.topic,
            preview: questions[0]?.question ?? '',
            contents: questions.flatMap(({ question, choices }) => [question, ...choices]),
            about: [input?.topic, input?.material].filter(text => text !== undefined),
            count: questions.length,
            damaged: !input || made?.damaged === true,
          }
          return [id, document]
        }),
      )
    },
  }
}
