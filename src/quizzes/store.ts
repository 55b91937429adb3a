import { count, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Queries } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import { idAfter } from '../db/id-after.ts'
import type { Question } from './question.ts'
import { attempts, quizzes } from './schema.ts'

export interface Quiz {
  id: string
  questions: Question[]
  complete: boolean
  createdAt: Date
}

export interface Attempt {
  id: string
  answers: (number | null)[]
  score: number
  createdAt: Date
}

export interface Tally {
  attempts: number
  bestScore: number
}

/** Nobody looks at more of them, and whoever takes a quiz without end must not make each look at it slower. */
const maxAttempts = 100

/** The SQL of quizzes and how they were taken. What joins a transaction takes it as its first argument. */
export class QuizStore {
  readonly #cipher: Cipher

  constructor(cipher: Cipher) {
    this.#cipher = cipher
  }

  /** Part of the final transaction of their tasks. Again after a retry: then these questions take the place of the others. */
  async save(tx: Queries, made: readonly (Quiz & { ownerId: string })[]): Promise<void> {
    const values = made.map(({ id, questions, ...quiz }) => ({
      id,
      ...quiz,
      questions: this.#cipher.seal(quizzes.questions, id, questions),
    }))
    const set = { questions: sql`excluded.questions`, complete: sql`excluded.complete` }
    await tx.insert(quizzes).values(values).onConflictDoUpdate({ target: quizzes.id, set })
  }

  /** A quiz, whoever it belongs to. */
  async get(tx: Queries, id: string): Promise<Quiz | undefined> {
    const [row] = await tx.select().from(quizzes).where(eq(quizzes.id, id))
    return row && this.#quiz(row)
  }

  /** What is kept of those of these tasks that have ended with questions, by id. */
  async getAll(tx: Queries, ids: readonly string[]): Promise<Map<string, Quiz>> {
    const rows = await tx
      .select()
      .from(quizzes)
      .where(inArray(quizzes.id, [...ids]))
    return new Map(rows.map(row => [row.id, this.#quiz(row)]))
  }

  /** The quiz's task must be locked: the last one has the greatest id. */
  async addAttempt(
    tx: Queries,
    quizId: string,
    { answers, score }: { answers: (number | null)[]; score: number },
  ): Promise<Attempt> {
    const [last] = await tx
      .select({ id: attempts.id })
      .from(attempts)
      .where(eq(attempts.quizId, quizId))
      .orderBy(desc(attempts.id))
      .limit(1)
    const id = idAfter(last?.id)
    const [row] = await tx
      .insert(attempts)
      .values({ id, quizId, score, answers: this.#cipher.seal(attempts.answers, id, answers) })
      .returning()
    return this.#attempt(row as typeof attempts.$inferSelect)
  }

  /** How a quiz was taken, the last hundred times at most, oldest first. */
  async lastAttempts(tx: Queries, quizId: string): Promise<Attempt[]> {
    const rows = await tx
      .select()
      .from(attempts)
      .where(eq(attempts.quizId, quizId))
      .orderBy(desc(attempts.id))
      .limit(maxAttempts)
    return rows.map(row => this.#attempt(row)).reverse()
  }

  /** How often and how well quizzes were taken, by quiz; one that never was is not in it. */
  async tallies(tx: Queries, quizIds: readonly string[]): Promise<Map<string, Tally>> {
    const rows = await tx
      .select({ id: attempts.quizId, attempts: count(), bestScore: sql<number>`max(${attempts.score})` })
      .from(attempts)
      .where(inArray(attempts.quizId, [...quizIds]))
      .groupBy(attempts.quizId)
    return new Map(rows.map(({ id, ...tally }) => [id, tally]))
  }

  #quiz({ id, questions, complete, createdAt }: typeof quizzes.$inferSelect): Quiz {
    return { id, complete, createdAt, questions: this.#cipher.open(quizzes.questions, id, questions) }
  }

  #attempt({ id, answers, score, createdAt }: typeof attempts.$inferSelect): Attempt {
    return { id, score, createdAt, answers: this.#cipher.open(attempts.answers, id, answers) }
  }
}
