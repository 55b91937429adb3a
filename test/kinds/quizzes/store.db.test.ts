import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { Cipher } from '../../../src/db/encrypted.ts'
import { QuizStore } from '../../../src/kinds/quizzes/store.ts'
import { TaskStore } from '../../../src/tasks/store/task-store.ts'
import { openDatabase } from '../../support/open-database.ts'

t.test(
  'a quiz that was taken very often shows its last attempts, and in a list only how often and how well',
  async t => {
    const { queries } = await openDatabase(t)
    const cipher = new Cipher([{ id: 'test', key: new Uint8Array(32) }])
    const quizzes = new QuizStore(cipher)
    const [often, never] = [
      { id: uuidv7(), ownerId: uuidv7() },
      { id: uuidv7(), ownerId: uuidv7() },
    ]
    for (const owned of [often, never]) {
      const task = {
        ...owned,
        kind: 'quiz',
        jobId: uuidv7(),
        traceId: '',
        input: {},
        outputs: 1,
        createdAt: new Date(),
      }
      await new TaskStore(cipher).insert(queries, [task])
      await quizzes.save(queries, [{ ...task, questions: [], complete: true }])
    }
    for (let score = 0; score < 103; score++) await quizzes.addAttempt(queries, often, { answers: [score], score })
    const shown = await quizzes.lastAttempts(queries, often)
    t.equal(shown.length, 100)
    t.match(shown.at(0), { score: 3, answers: [3] })
    t.match(shown.at(-1), { score: 102, answers: [102] })
    t.same(await quizzes.lastAttempts(queries, never), [])
    t.same(
      await quizzes.tallies(queries, [often.id, never.id]),
      new Map([[often.id, { attempts: 103, bestScore: 102 }]]),
      'a quiz that was never taken is not in it',
    )
  },
)
