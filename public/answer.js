import { answerMs, attempts } from './patience.js'

/** The rest of an answer that has begun must come within this. */
const bodyMs = 30_000

/** No answer came, or half of one: the network failed, or the server is restarting. */
export class Unreachable extends Error {
  /**
   * @param {string} message
   * @param {{ cause?: unknown, late?: boolean }} [options] `late`: it was given up, since no answer came in time
   */
  constructor(message, { cause, late = false } = {}) {
    super(message, { cause })
    this.late = late
  }
}

/**
 * Fetches a whole answer. An attempt without an answer is given up and made again if `repeatable`: what was asked for may then
 * have been done twice.
 *
 * @param {string} url
 * @param {RequestInit} init
 * @param {{ repeatable: boolean, onlyMs?: number, signal?: AbortSignal }} options `onlyMs`: for the only attempt
 * @returns {Promise<{ response: Response, body: string, attempt: number }>} `attempt`: from 0
 * @throws {Unreachable} or the abort reason of the signal
 */
export async function fetchWhole(url, init, { repeatable, onlyMs, signal }) {
  for (let attempt = 0; ; attempt++) {
    const last = !repeatable || attempt + 1 === attempts
    const answer = await fetchOnce(url, init, onlyMs ?? answerMs(last ? attempts : attempt), signal)
    if (answer) return { ...answer, attempt }
    if (last) throw new Unreachable('no answer in time', { late: true })
  }
}

/**
 * @param {string} url
 * @param {RequestInit} init
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ response: Response, body: string } | undefined>} undefined when none came in time
 */
async function fetchOnce(url, init, ms, signal) {
  const own = new AbortController()
  const abort = () => own.abort(signal?.reason)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  let late = false
  const giveUp = () => {
    late = true
    own.abort()
  }
  let timer = setTimeout(giveUp, ms)
  let response
  try {
    response = await fetch(url, { ...init, signal: own.signal })
    clearTimeout(timer)
    timer = setTimeout(giveUp, bodyMs)
    return { response, body: await response.text() }
  } catch (cause) {
    if (signal?.aborted) throw cause
    if (late && !response) return undefined
    throw new Unreachable(response ? 'half an answer' : 'no answer', { cause })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}
