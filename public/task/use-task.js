import { Refused } from '../api.js'
import { useEffect, useMemo, useState } from '../preact.js'
import { useServices } from '../services.js'
import { followTask } from './follow-task.js'
import { TaskView } from './task-view.js'

/**
 * @typedef {object} TaskState
 * @property {TaskView} view
 * @property {import('../api.js').RecordView | undefined} record once the task has ended
 * @property {import('./follow-task.js').Connection} connection
 * @property {unknown} fault why the task cannot be shown, if it cannot
 * @property {boolean} stopping
 * @property {(output?: number) => Promise<void>} stop
 * @property {(output: number) => Promise<void>} retry
 * @property {(record: import('../api.js').RecordView) => void} setRecord
 */

/**
 * A task on the page: loaded, followed until it ends, then its record. `stop` and `retry` throw what the API throws.
 *
 * @param {string} taskId
 * @returns {TaskState}
 */
export function useTask(taskId) {
  const { api } = useServices()
  const [, redraw] = useState(0)
  const task = useMemo(() => new FollowedTask(taskId, api, () => redraw(count => count + 1)), [taskId])
  useEffect(() => {
    task.open()
    return () => task.close()
  }, [task])
  return task
}

/** @implements {TaskState} */
class FollowedTask {
  record = /** @type {import('../api.js').RecordView | undefined} */ (undefined)
  connection = /** @type {import('./follow-task.js').Connection} */ ('connecting')
  fault = /** @type {unknown} */ (undefined)
  stopping = false
  #unfollow = () => {}
  #closed = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again
  #taskId
  #api
  #changed

  /**
   * @param {string} taskId
   * @param {import('../api.js').Api} api
   * @param {() => void} changed
   */
  constructor(taskId, api, changed) {
    this.#taskId = taskId
    this.#api = api
    this.#changed = () => this.#closed || changed()
    this.view = new TaskView(this.#changed)
  }

  /**
   * Loads the task, then follows it or shows how it ended. Tries again by itself while the server cannot be reached.
   *
   * @param {number} [pauseMs] before it is followed
   */
  async open(pauseMs = 0) {
    this.#closed = false
    try {
      const task = await this.#api.task(this.#taskId)
      if (this.#closed) return
      this.fault = undefined
      const ended = task.status !== 'queued' && task.status !== 'running'
      // First the record: what is shown of an ended task, and edited, begins with what was saved of it.
      if (ended) await this.#loadRecord()
      this.view.snapshot(task)
      if (!ended) this.#again = setTimeout(() => this.#follow(), pauseMs)
    } catch (error) {
      this.fault = error
      const passing = !(error instanceof Refused) || error.status >= 500
      if (passing && !this.#closed) this.#again = setTimeout(() => this.open(), retryMs)
    }
    this.#changed()
  }

  close() {
    this.#closed = true
    this.#unfollow()
    clearTimeout(this.#again)
  }

  /** @param {number} [output] all of them without one */
  stop = async output => {
    if (output !== undefined) return void (await this.#api.cancelOutput(this.#taskId, output))
    this.stopping = true
    this.#changed()
    try {
      await this.#api.cancelTask(this.#taskId)
    } catch (error) {
      this.stopping = false
      this.#changed()
      throw error
    }
  }

  /** @param {number} output */
  retry = async output => {
    const running = !this.view.ended
    await this.#api.retryOutput(this.#taskId, output)
    // Within the running attempt the stream goes on and says so; after the end a new attempt begins.
    if (running) return
    if (this.record) {
      this.record = { ...this.record, versions: this.record.versions.filter(version => version.output !== output) }
    }
    this.view.restart(output)
    this.#follow()
  }

  /** @param {import('../api.js').RecordView} record */
  setRecord = record => {
    this.record = record
    this.#changed()
  }

  #follow() {
    this.#unfollow()
    this.#unfollow = followTask(this.#taskId, this.#api, {
      onChunk: chunk => this.view.apply(chunk),
      onSnapshot: task => this.view.snapshot(task),
      onConnection: connection => {
        this.connection = connection
        this.#changed()
      },
      // What it ended as stands in the task. After a retry the end may have been the one before: then it goes on.
      onEnd: () => this.open(retryMs / 3),
      onLost: error => {
        this.fault = error
        this.#changed()
      },
    })
  }

  async #loadRecord() {
    this.stopping = false
    this.record = await this.#api.record(this.#taskId).catch(error => {
      // Cancelled before a word was written: there is no record.
      if (error instanceof Refused && error.status === 404) return undefined
      throw error
    })
  }
}

const retryMs = 3000
