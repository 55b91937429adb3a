import { count, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { idAfter } from '../../db/id-after.ts'
import type { OwnedTask } from '../../tasks/store/rows.ts'
import type { Question } from './question.ts'
import { attempts, quizzes } from './tables.ts'

export interface Quiz {
  id: string
  ownerId: string
  /** Empty when they can no longer be read. */
  questions: Question[]
  complete: boolean
  createdAt: Date
  damaged: boolean
}

export interface Attempt {
  id: string
  /** Empty when they can no longer be read. */
  answers: (number | null)[]
  score: number
  createdAt: Date
  damaged: boolean
}

export interface Tally {
  attempts: number
  bestScore: number
}

/** No one reads more attempts, and a user who takes a quiz without end must not make each request for it slower. */
const maxAttempts = 100

/** The SQL of quizzes and how they were taken. A method that joins a transaction takes it as its first argument. */
export class QuizStore {
  readonly #cipher: Cipher

  constructor(cipher: Cipher) {
    this.#cipher = cipher
  }

  /** Part of the final transaction of their tasks. After a retry, the new questions replace the old ones. */
  async save(tx: Queries, made: readonly Omit<Quiz, 'damaged'>[]): Promise<void> {
    const values = made.map(({ id, ownerId, questions, complete, createdAt }) => ({
      id,
      ownerId,
      complete,
      createdAt,
      questions: this.#cipher.seal(quizzes.questions, { row: id, owner: ownerId }, questions),
    }))
    const set = { questions: sql`excluded.questions`, complete: sql`excluded.complete` }
    await tx.insert(quizzes).values(values).onConflictDoUpdate({ target: quizzes.id, set })
  }

  /** The stored quiz of this task, if it has ended with questions. */
  async get(tx: Queries, task: OwnedTask): Promise<Quiz | undefined> {
    return (await this.getAll(tx, [task])).get(task.id)
  }

  /** The stored quizzes of those of these tasks that have ended with questions, by id. */
  async getAll(tx: Queries, owned: readonly OwnedTask[]): Promise<Map<string, Quiz>> {
    if (owned.length === 0) return new Map()
    const owners = new Map(owned.map(({ id, ownerId }) => [id, ownerId]))
    const rows = await tx
      .select()
      .from(quizzes)
      .where(inArray(quizzes.id, [...owners.keys()]))
    return new Map(rows.map(row => [row.id, this.#quiz(owners.get(row.id) as string, row)]))
  }

  /** The quiz's task must be locked, so that the last attempt has the greatest id. */
  async addAttempt(
    tx: Queries,
    quiz: OwnedTask,
    { answers, score }: { answers: (number | null)[]; score: number },
  ): Promise<Attempt> {
    const [last] = await tx
      .select({ id: attempts.id })
      .from(attempts)
      .where(eq(attempts.quizId, quiz.id))
      .orderBy(desc(attempts.id))
      .limit(1)
    const id = idAfter(last?.id)
    const sealed = this.#cipher.seal(attempts.answers, { row: id, owner: quiz.ownerId }, answers)
    const [row] = await tx.insert(attempts).values({ id, quizId: quiz.id, score, answers: sealed }).returning()
    return this.#attempt(quiz.ownerId, row as typeof attempts.$inferSelect)
  }

  /** The attempts at a quiz: the last hundred at most, oldest first. */
  async lastAttempts(tx: Queries, quiz: OwnedTask): Promise<Attempt[]> {
    const rows = await tx
      .select()
      .from(attempts)
      .where(eq(attempts.quizId, quiz.id))
      .orderBy(desc(attempts.id))
      .limit(maxAttempts)
    return rows.map(row => this.#attempt(quiz.ownerId, row)).reverse()
  }

  /** How often and how well quizzes were taken, by quiz; a quiz that was never taken is not in the map. */
  async tallies(tx: Queries, quizIds: readonly string[]): Promise<Map<string, Tally>> {
    const rows = await tx
      .select({ id: attempts.quizId, attempts: count(), bestScore: sql<number>`max(${attempts.score})` })
      .from(attempts)
      .where(inArray(attempts.quizId, [...quizIds]))
      .groupBy(attempts.quizId)
    return new Map(rows.map(({ id, ...tally }) => [id, tally]))
  }

  #quiz(ownerId: string, { id, questions: sealed, complete, createdAt }: typeof quizzes.$inferSelect): Quiz {
    const questions = this.#cipher.tryOpen(quizzes.questions, { row: id, owner: ownerId }, sealed)
    return { id, ownerId, complete, createdAt, questions: questions ?? [], damaged: questions === undefined }
  }

  #attempt(ownerId: string, { id, answers: sealed, score, createdAt }: typeof attempts.$inferSelect): Attempt {
    const answers = this.#cipher.tryOpen(attempts.answers, { row: id, owner: ownerId }, sealed)
    return { id, score, createdAt, answers: answers ?? [], damaged: answers === undefined }
  }
}
