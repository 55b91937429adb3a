import { addressOf } from '../base-path.js'

/**
 * What happens to the owner's tasks, over one connection for all tabs of the browser: the tab that holds the lock has the
 * connection and forwards each event to the others. When that tab closes, the next one goes on from the last event it got.
 *
 * Without locks (a page that is not on https or localhost) every tab has its own connection.
 *
 * @typedef {{ type: 'data-unread', data: { unread: number } }
 *   | { type: 'data-task', id: string, data: import('../task-changes.js').TaskChange }
 *   | { type: 'data-notification', id: string, data: import('./api.js').Notification }
 *   | { type: 'data-reset' }} OwnerChunk
 */

/** All pages of one host share such names, also those of another Conch below another path. */
const channelName = () => `conch${addressOf('')}-me-events`

/** The browser reconnects by itself, but not after an answer that is not a stream. */
const retryMs = 5_000

/**
 * @param {(chunk: OwnerChunk) => void} onChunk
 * @returns {() => void} ends it
 */
export function followOwnerEvents(onChunk) {
  const name = channelName()
  const leaving = new AbortController()
  const others = new BroadcastChannel(name)
  /** @type {string | undefined} */
  let cursor

  others.onmessage = ({ data }) => {
    if (data.cursor) cursor = data.cursor
    onChunk(data.chunk)
  }
  /** @param {MessageEvent<string>} event */
  const take = ({ data, lastEventId }) => {
    const chunk = JSON.parse(data)
    // A connection that begins without a cursor sends nothing of what came before it.
    if (!cursor) onChunk({ type: 'data-reset' })
    if (lastEventId) cursor = lastEventId
    others.postMessage({ cursor, chunk })
    onChunk(chunk)
  }

  /** Holds the connection until this tab closes. */
  const lead = () =>
    new Promise(resolve => {
      /** @type {EventSource} */
      let source
      /** @type {number | undefined} */
      let timer
      const open = () => {
        source = new EventSource(addressOf(`/api/me/events${cursor ? `?after=${encodeURIComponent(cursor)}` : ''}`))
        source.onmessage = take
        source.onerror = () => {
          if (source.readyState === EventSource.CLOSED) timer = window.setTimeout(open, retryMs)
        }
      }
      const end = () => {
        clearTimeout(timer)
        source.close()
        resolve(undefined)
      }
      open()
      leaving.signal.addEventListener('abort', end)
    })

  // Aborted while it waits, when the tab closes.
  if (navigator.locks) navigator.locks.request(name, { signal: leaving.signal }, lead).catch(() => {})
  else lead()

  return () => {
    leaving.abort()
    others.close()
  }
}
