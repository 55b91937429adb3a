import { Refused } from '../../api.js'
import { useEffect, useMemo, useState } from '../../preact.js'
import { useServices } from '../../services.js'

/**
 * @typedef {import('../api.js').Task} Task
 * @typedef {Pick<Task, 'id' | 'status' | 'createdAt'>} UnmadeTask
 * @typedef {{ made: (quiz: import('../api.js').Quiz) => void, failed: (taskId: string) => void }} Hearers
 */

/** So many are followed as they come; browsers open few connections to one server, and other tabs want some too. */
export const maxFollowed = 3

/** How often it is asked for the others. */
const pollMs = 5000

/** @param {UnmadeTask} task */
export const isMaking = task => task.status === 'queued' || task.status === 'running'

/**
 * The tasks that have no quiz to show: those that run, perhaps from a window that was closed, and those that failed.
 *
 * `hearers` are those of the first call; each is told once of a task that ended.
 *
 * @param {Hearers} hearers
 */
export function useUnmade(hearers) {
  const { api } = useServices()
  const [, redraw] = useState(0)
  const unmade = useMemo(() => new Unmade(api.quizzes, hearers, () => redraw(count => count + 1)), [])
  useEffect(() => {
    unmade.open()
    return () => unmade.close()
  }, [])
  return unmade
}

/**
 * Asks for the state when it is told to, and by itself while more run than are followed or the server is away.
 */
class Unmade {
  /** Newest first. */
  tasks = /** @type {UnmadeTask[]} */ ([])
  #turn = Promise.resolve()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again
  #closed = false
  #quizzes
  #hearers
  #changed

  /**
   * @param {import('../api.js').QuizzesApi} quizzes
   * @param {Hearers} hearers
   * @param {() => void} changed
   */
  constructor(quizzes, hearers, changed) {
    this.#quizzes = quizzes
    this.#hearers = hearers
    this.#changed = changed
  }

  open() {
    this.#closed = false
    this.refresh()
  }

  close() {
    this.#closed = true
    clearTimeout(this.#again)
  }

  /** One that was asked for just now. @param {UnmadeTask} task */
  add(task) {
    this.#set([task, ...this.tasks])
    this.#repeat()
  }

  /** One that was removed. @param {string} id */
  drop(id) {
    this.#set(this.tasks.filter(task => task.id !== id))
  }

  /** When one has ended, or may have. One call after the other: so each end is told once. */
  refresh = () => {
    this.#turn = this.#turn.then(() => this.#refresh())
  }

  async #refresh() {
    if (this.#closed) return
    const before = this.tasks
    // The list of those that are made says it when the server is away.
    const answer = await this.#ask(before).catch(() => undefined)
    if (this.#closed) return
    if (answer) this.#take(before, answer)
    this.#repeat(answer === undefined)
  }

  /** @param {readonly UnmadeTask[]} before */
  async #ask(before) {
    const { items } = await this.#quizzes.unmade()
    const ended = before.filter(task => isMaking(task) && !items.some(({ id }) => id === task.id))
    return { items, made: await Promise.all(ended.map(({ id }) => this.#made(id))) }
  }

  /**
   * @param {readonly UnmadeTask[]} before
   * @param {{ items: Task[], made: (import('../api.js').Quiz | undefined)[] }} answer
   */
  #take(before, { items, made }) {
    for (const quiz of made) if (quiz) this.#hearers.made(quiz)
    for (const { id } of items.filter(task => !isMaking(task))) {
      if (before.some(task => task.id === id && isMaking(task))) this.#hearers.failed(id)
    }
    // What was added while the answers were on their way is not in them.
    this.#set([...this.tasks.filter(task => !before.includes(task)), ...items])
  }

  /** Stopped before a question was there, or removed elsewhere: then there is no quiz. @param {string} id */
  #made(id) {
    return this.#quizzes.one(id).catch(error => {
      if (error instanceof Refused && error.status === 404) return undefined
      throw error
    })
  }

  /** @param {boolean} [away] that the server was */
  #repeat(away = false) {
    clearTimeout(this.#again)
    const unfollowed = this.tasks.filter(isMaking).length > maxFollowed
    if (!this.#closed && (unfollowed || away)) this.#again = setTimeout(this.refresh, pollMs)
  }

  /** @param {UnmadeTask[]} tasks */
  #set(tasks) {
    this.tasks = tasks
    this.#changed()
  }
}
