import { Refused } from '../api.js'
import { addressOf } from '../base-path.js'

/**
 * How the page gets the task. `reconnecting`: the browser reconnects by itself, with its cursor. `polling`: the
 * server refused the stream, so the page polls the state until the stream is open again.
 *
 * @typedef {'connecting' | 'live' | 'reconnecting' | 'polling'} Connection
 *
 * @typedef {object} Follower
 * @property {(chunk: Record<string, any>) => void} onChunk
 * @property {(task: import('../api.js').Task) => void} onSnapshot
 * @property {(connection: Connection) => void} onConnection
 * @property {() => void} onEnd the stream has ended; called once, nothing follows
 * @property {(error: unknown) => void} onLost the task does not exist (any more); called once, nothing follows
 */

const longestPauseMs = 15_000

/**
 * Follows a task over a native EventSource.
 *
 * EventSource gives up for good on any answer that is not a 200 stream (a 503 of a restarting server, a 404, a 204).
 * The page then polls the state, with growing pauses, and each time tries the stream again from the start;
 * that costs little, since the server folds what was missed.
 *
 * @param {string} taskId
 * @param {import('../api.js').Api} api
 * @param {Follower} follower
 * @returns {() => void} stops following
 */
export function followTask(taskId, api, follower) {
  const stopped = new AbortController()
  /** @type {EventSource | undefined} */
  let source
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause
  let failures = 0

  function open() {
    clearTimeout(pause)
    source?.close()
    const opened = new EventSource(addressOf(`/api/tasks/${taskId}/events`))
    source = opened
    opened.onopen = () => {
      failures = 0
      follower.onConnection('live')
    }
    opened.onmessage = event => {
      if (event.data === '[DONE]') return
      const chunk = JSON.parse(event.data)
      follower.onChunk(chunk)
      if (chunk.type === 'finish' || chunk.type === 'abort' || chunk.type === 'error') {
        stop()
        follower.onEnd()
      }
    }
    opened.onerror = () => {
      if (opened.readyState === EventSource.CLOSED) poll()
      else follower.onConnection('reconnecting')
    }
  }

  async function poll() {
    follower.onConnection('polling')
    try {
      const task = await api.task(taskId, stopped.signal)
      follower.onSnapshot(task)
      if (task.status !== 'queued' && task.status !== 'running') {
        stop()
        return follower.onEnd()
      }
    } catch (error) {
      if (stopped.signal.aborted) return
      if (error instanceof Refused && error.status === 404) {
        stop()
        return follower.onLost(error)
      }
      // Any other error may pass: try again after the pause.
    }
    if (stopped.signal.aborted) return
    pause = setTimeout(open, Math.min(1000 * 2 ** failures++, longestPauseMs))
  }

  function stop() {
    stopped.abort()
    source?.close()
    clearTimeout(pause)
    removeEventListener('online', open)
  }

  addEventListener('online', open)
  follower.onConnection('connecting')
  open()
  return stop
}
