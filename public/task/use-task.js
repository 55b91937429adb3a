import { Refused } from '../api.js'
import { useEffect, useMemo, useState } from '../preact.js'
import { useServices } from '../services.js'
import { followTask } from './follow-task.js'
import { TaskView } from './task-view.js'

/**
 * @template Result
 * @typedef {object} TaskState
 * @property {TaskView} view
 * @property {Result | undefined} result the kind's view of it, as loaded when it last ended, or when the page was opened
 * @property {import('./follow-task.js').Connection} connection
 * @property {unknown} fault why the task cannot be shown, if it cannot
 * @property {boolean} stopping
 * @property {(output?: number) => Promise<void>} stop
 * @property {(output: number) => Promise<void>} retry
 * @property {(result: Result) => void} setResult
 */

/**
 * A task on the page, with its kind's view of it: loaded, followed until it ends, loaded again, and only then shown as ended.
 * `stop` and `retry` throw what the API throws.
 *
 * @template Result
 * @param {string} taskId
 * @param {(taskId: string) => Promise<Result>} loadResult a 404 means that its kind has no view of it
 * @returns {TaskState<Result>}
 */
export function useTask(taskId, loadResult) {
  const { api, stream } = useServices()
  const [, redraw] = useState(0)
  const task = useMemo(
    () => new FollowedTask(taskId, api, stream(), loadResult, () => redraw(count => count + 1)),
    [taskId],
  )
  useEffect(() => {
    task.open()
    return () => task.close()
  }, [task])
  return task
}

/**
 * @template Result
 * @implements {TaskState<Result>}
 */
class FollowedTask {
  result = /** @type {Result | undefined} */ (undefined)
  connection = /** @type {import('./follow-task.js').Connection} */ ('connecting')
  fault = /** @type {unknown} */ (undefined)
  stopping = false
  #unfollow = () => {}
  #closed = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again
  #taskId
  #api
  #stream
  #loadResult
  #changed

  /**
   * @param {string} taskId
   * @param {import('../api.js').Api} api
   * @param {import('../stream/shared-stream.js').SharedStream} stream
   * @param {(taskId: string) => Promise<Result>} loadResult
   * @param {() => void} changed
   */
  constructor(taskId, api, stream, loadResult, changed) {
    this.#taskId = taskId
    this.#api = api
    this.#stream = stream
    this.#loadResult = loadResult
    this.#changed = () => this.#closed || changed()
    this.view = new TaskView(this.#changed)
  }

  /**
   * Loads the task, then follows it or shows how it ended. Tries again by itself while the server cannot be reached.
   *
   * @param {number} [pauseMs] before following it
   */
  async open(pauseMs = 0) {
    this.#closed = false
    try {
      const task = await this.#api.task(this.#taskId)
      if (this.#closed) return
      this.fault = undefined
      const ended = task.status !== 'queued' && task.status !== 'running'
      // First the result: the page shows and edits an ended task as it was saved.
      if (ended) await this.#end()
      else this.result ??= await this.#load()
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
    this.view.restart(output)
    this.#follow()
  }

  /** @param {Result} result */
  setResult = result => {
    this.result = result
    this.#changed()
  }

  #follow() {
    this.#unfollow()
    this.#unfollow = followTask(this.#taskId, this.#api, this.#stream, {
      onChunk: chunk => this.view.apply(chunk),
      onSnapshot: task => this.view.snapshot(task),
      onConnection: connection => {
        this.connection = connection
        this.#changed()
      },
      // The loaded task says how it ended. After a retry this may be the earlier end: then the page goes on.
      onEnd: () => this.open(retryMs / 3),
      onLost: error => {
        this.fault = error
        this.#changed()
      },
    })
  }

  async #end() {
    this.stopping = false
    this.result = await this.#load()
  }

  #load() {
    return this.#loadResult(this.#taskId).catch(error => {
      if (error instanceof Refused && error.status === 404) return undefined
      throw error
    })
  }
}

const retryMs = 3000
