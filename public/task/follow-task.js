import { Refused } from '../api.js'

/**
 * How the page gets the task. `reconnecting`: the stream is opened again, with its cursor. `polling`: the server refused the
 * stream, so the page polls the state until the stream is open again.
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

const firstPauseMs = 1_000
const longestPauseMs = 15_000

/** @type {Record<import('../stream/connection.js').ConnectionState, Connection>} */
const connections = { opening: 'connecting', live: 'live', lost: 'reconnecting', refused: 'polling' }

/**
 * Follows a task over the stream that all tabs share.
 *
 * While the server refuses that stream (a 503 of a restarting server), or has no room on it, the page polls the state, with growing
 * pauses. When the tab becomes visible, the network returns or the machine has slept, it looks at once.
 *
 * @param {string} taskId
 * @param {import('../api.js').Api} api
 * @param {import('../stream/shared-stream.js').SharedStream} stream
 * @param {Follower} follower
 * @returns {() => void} stops following
 */
export function followTask(taskId, api, stream, follower) {
  const stopped = new AbortController()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause
  let polls = 0
  let asking = false
  /** @type {(() => void) | undefined} */
  let unfollow
  const endWatching = [stream.onAwake(() => look()), stream.watch(onState)]
  follow()
  return stop

  function follow() {
    unfollow = stream.follow(taskId, {
      onChunk(chunk) {
        follower.onChunk(chunk)
        if (chunk.type === 'finish' || chunk.type === 'abort' || chunk.type === 'error') end()
      },
      onEnd(reason) {
        unfollow = undefined
        if (stopped.signal.aborted) return
        if (reason === 'no-room') pollSoon()
        // The task says how it is: it has ended, or is gone.
        else look(pollSoon)
      },
    })
  }

  /** @param {import('../stream/connection.js').ConnectionState} state */
  function onState(state) {
    follower.onConnection(connections[state])
    clearTimeout(pause)
    if (state === 'refused') look(pollSoon)
    else if (state === 'live') polls = 0
  }

  function pollSoon() {
    if (stopped.signal.aborted) return
    clearTimeout(pause)
    if (unfollow && stream.state === 'live') return
    pause = setTimeout(() => look(pollSoon), Math.min(firstPauseMs * 2 ** polls++, longestPauseMs))
  }

  /** Shows how it ended, if it has. @param {() => void} [onRunning] it has not, or cannot be asked */
  async function look(onRunning = () => {}) {
    if (asking || stopped.signal.aborted) return
    asking = true
    try {
      const task = await api.task(taskId, stopped.signal)
      if (stopped.signal.aborted) return
      const running = task.status === 'queued' || task.status === 'running'
      // Not its texts: the page shows them as ended when it has what belongs to them.
      if (!running) return end()
      if (stream.state === 'refused' || !unfollow) {
        follower.onSnapshot(task)
        // What comes after the stream's cursor does not fit this newer text: from the beginning.
        unfollow?.()
        follow()
      }
    } catch (error) {
      if (stopped.signal.aborted) return
      if (error instanceof Refused && error.status === 404) {
        stop()
        return follower.onLost(error)
      }
      // Any other error may pass.
    } finally {
      asking = false
    }
    onRunning()
  }

  function end() {
    if (stopped.signal.aborted) return
    stop()
    follower.onEnd()
  }

  function stop() {
    stopped.abort()
    for (const endOne of endWatching) endOne()
    unfollow?.()
    clearTimeout(pause)
  }
}
