import { Refused, Unreachable } from './api.js'
import { answerMs } from './patience.js'

/** Waits before the same is sent again, give or take half: pages that lost their server together do not return together. */
const waitsMs = [1_000, 2_000, 4_000]

/** After so many in vain, the user decides: two to five minutes. */
const maxSends = 40

/** A server that asks for more is believed at once: no one waits before a button for so long. */
const longestRetryAfterSeconds = 10

/** Requests whose fate is unknown, of which the keys are kept. */
const maxUnknown = 20

/**
 * @typedef {ReturnType<typeof createSubmit>} Submit
 */

/**
 * Sends what creates a task. When the answer is lost it may or may not have been created, so it is sent again with the key that the
 * first one had: the server then answers with the task that is there. The key is kept until there is an answer, also when the user
 * sends the same again. Without a network the message stands unsent, and goes by itself once at most.
 *
 * @param {import('./api.js').Call} call
 * @param {import('./link.js').Link} link
 * @param {{ wait?: (ms: number) => Promise<unknown>, online?: () => boolean }} [options]
 */
export function createSubmit(call, link, { wait = sleep, online = () => navigator.onLine } = {}) {
  /** @type {Map<string, string>} */
  const unknown = new Map()

  /**
   * @template T
   * @param {string} path
   * @param {unknown} body
   * @returns {Promise<T>} throws what the last attempt threw
   */
  return async function submit(path, body) {
    const request = `${path} ${JSON.stringify(body)}`
    const key = unknown.get(request) ?? newKey()
    unknown.delete(request)
    unknown.set(request, key)
    if (unknown.size > maxUnknown) unknown.delete(/** @type {string} */ (unknown.keys().next().value))
    const headers = { 'idempotency-key': key }
    let byItself = true
    let sent = link.sending()
    try {
      for (let sends = 0; ; sends++) {
        if (!online()) {
          sent()
          await link.unsent(byItself)
          byItself = false
          sent = link.sending()
        }
        try {
          const answer = /** @type {T} */ (await call('POST', path, { body, headers, answerMs: answerMs(sends) }))
          unknown.delete(request)
          return answer
        } catch (error) {
          if (!isLost(error)) unknown.delete(request)
          if (!isLost(error) || sends + 1 === maxSends) throw error
          if (online()) await wait(pauseMs(error, sends))
        }
      }
    } finally {
      sent()
    }
  }
}

/** @param {unknown} error @param {number} sends */
function pauseMs(error, sends) {
  const askedMs = error instanceof Refused ? (error.retryAfterSeconds ?? 0) * 1000 : 0
  const usualMs = waitsMs[Math.min(sends, waitsMs.length - 1)] ?? 0
  // It waited long enough for its answer: there is a dead connection less.
  if (error instanceof Unreachable && error.late) return 0
  return Math.max(usualMs * (0.5 + Math.random()), askedMs)
}

/**
 * Not what the server has thought about: that the queue is full, it would say again.
 *
 * @param {unknown} error
 */
function isLost(error) {
  if (error instanceof Unreachable) return true
  if (!(error instanceof Refused) || ![502, 503, 504].includes(error.status)) return false
  return error.code !== 'queue-full' && (error.retryAfterSeconds ?? 0) <= longestRetryAfterSeconds
}

/** Not `crypto.randomUUID`, which pages that came over plain HTTP from another machine do not have. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
}

/** @param {number} ms */
function sleep(ms) {
  return new Promise(resolve => setTimeout(resolve, ms))
}
