import { boolean, index, pgTable, smallint, timestamp, uuid } from 'drizzle-orm/pg-core'
import { encrypted } from '../../db/encrypted.ts'
import { tasks } from '../../tasks/store/tables.ts'
import type { Question } from './question.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 })

/** A quiz: what a `quiz` task made. Has the task's id; the request is the task's input. */
export const quizzes = pgTable('quizzes', {
  id: uuid('id')
    .primaryKey()
    .references(() => tasks.id, { onDelete: 'cascade' }),
  ownerId: uuid('owner_id').notNull(),
  questions: encrypted<Question[]>('questions').notNull(),
  /** Has as many questions as the user asked for. */
  complete: boolean('complete').notNull(),
  createdAt: instant('created_at').notNull(),
})

/** Each time a user took a quiz. */
export const attempts = pgTable(
  'quiz_attempts',
  {
    id: uuid('id').primaryKey(),
    quizId: uuid('quiz_id')
      .notNull()
      .references(() => quizzes.id, { onDelete: 'cascade' }),
    answers: encrypted<(number | null)[]>('answers').notNull(),
    score: smallint('score').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  table => [index('quiz_attempts_quiz').on(table.quizId, table.id)],
)
