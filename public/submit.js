import { Refused, Unreachable } from './api.js'

/** Waits before the same is sent again, give or take half: pages that lost their server together do not return together. */
const waitsMs = [1000, 2000, 4000]

/** A server that asks for more is believed at once: no one waits before a button for so long. */
const longestRetryAfterSeconds = 10

/**
 * Sends what creates a task. When the answer is lost it may or may not have been created, so it is sent again, a few times,
 * with the key that the first one had: the server then answers with the task that is there.
 *
 * @template T
 * @param {import('./api.js').Call} call
 * @param {string} path
 * @param {unknown} body
 * @param {(ms: number) => Promise<unknown>} [wait]
 * @returns {Promise<T>} throws what the last of them threw
 */
export async function submit(call, path, body, wait = sleep) {
  const headers = { 'idempotency-key': newKey() }
  for (const waitMs of waitsMs) {
    try {
      return await call('POST', path, { body, headers })
    } catch (error) {
      if (!isLost(error)) throw error
      const askedMs = error instanceof Refused ? (error.retryAfterSeconds ?? 0) * 1000 : 0
      await wait(Math.max(waitMs * (0.5 + Math.random()), askedMs))
    }
  }
  return call('POST', path, { body, headers })
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
