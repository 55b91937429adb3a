import { fetchWhole, Unreachable } from './answer.js'

import { addressOf } from './base-path.js'

export { Unreachable }

/**
 * The server's answers, as far as all kinds of tasks share them. Each kind has its own `api.js`.
 *
 * @typedef {'queued' | 'running' | 'completed' | 'incomplete' | 'failed' | 'cancelled'} TaskStatus
 * @typedef {'pending' | 'running' | 'completed' | 'incomplete' | 'failed' | 'cancelled'} OutputStatus
 * @typedef {{ code: string, detail?: string }} Fault
 * @typedef {{ index: number, status: OutputStatus, text: string, finishReason?: string | null, error?: Fault | null,
 *   damaged?: true }} TaskOutput
 * @typedef {{ id: string, kind: string, status: TaskStatus, stage?: string, attempt: number, createdAt: string,
 *   startedAt?: string | null, finishedAt?: string | null, outputs: TaskOutput[], error?: Fault | null,
 *   damaged?: true }} Task
 * @typedef {{ ko: string, en: string }} Words
 * @typedef {{ name: string, demo: boolean }} Model
 * @typedef {{ pointer?: string, detail: string }} FieldFault
 */

/**
 * @template T
 * @typedef {{ items: T[], nextCursor?: string | null }} List
 */

/** The server refused: its problem+json, or just the status when it sent something else. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{ code?: string, detail?: string, errors?: FieldFault[], overBy?: number,
   *   findings?: import('./records/api.js').Finding[] }} problem
   * @param {number | undefined} retryAfterSeconds
   */
  constructor(status, problem, retryAfterSeconds) {
    super(problem.detail ?? `HTTP ${status}`)
    this.status = status
    this.code = problem.code ?? ''
    this.errors = problem.errors ?? []
    this.overBy = problem.overBy ?? 0
    this.findings = problem.findings ?? []
    this.retryAfterSeconds = retryAfterSeconds
    /** Attempts before this one had no answer. */
    this.attempt = 0
  }
}

/**
 * @typedef {ReturnType<typeof createApi>} Api
 * @typedef {Api['call']} Call
 */

/** Every call throws `Refused`, `Unreachable`, or the abort reason of its signal. */
export function createApi() {
  let clockOffsetMs = 0

  /**
   * An attempt without an answer in 4 s is made again, over another connection: always if the method may be repeated, of a POST
   * only if `repeatable` says so.
   *
   * @template T
   * @param {string} method
   * @param {string} path below `/api`
   * @param {{ body?: unknown, signal?: AbortSignal, headers?: Record<string, string>, repeatable?: boolean,
   *   answerMs?: number }} [options] `answerMs`: for a single attempt, which its caller repeats
   * @returns {Promise<T>} undefined for an answer without content
   */
  async function call(
    method,
    path,
    { body, signal, headers, answerMs, repeatable = method !== 'POST' && answerMs === undefined } = {},
  ) {
    const init = {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }
    const {
      response,
      body: text,
      attempt,
    } = await fetchWhole(addressOf(`/api${path}`), init, {
      repeatable,
      onlyMs: answerMs,
      signal,
    })
    const date = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(date)) clockOffsetMs = date - Date.now()
    // An attempt before this one removed it, and its answer was lost.
    if (attempt > 0 && method === 'DELETE' && response.status === 404) return /** @type {T} */ (undefined)
    if (response.status === 204) return /** @type {T} */ (undefined)
    if (response.ok) return parsed(text)
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
    const refused = new Refused(response.status, problemOf(text), Number.isFinite(retryAfter) ? retryAfter : undefined)
    refused.attempt = attempt
    throw refused
  }

  /** Has it written again. @param {string} path */
  async function again(path) {
    try {
      return await call('POST', path, { repeatable: true })
    } catch (error) {
      // An attempt before this one did it, and its answer was lost.
      const done = error instanceof Refused && error.attempt > 0 && error.code.endsWith('-unfinished')
      if (!done) throw error
    }
  }

  return {
    call,
    /** The server's clock, to the second: events have its times, and this machine's clock may be wrong. */
    now: () => Date.now() + (Math.abs(clockOffsetMs) > 2000 ? clockOffsetMs : 0),

    /** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Task>} */
    task: (id, signal) => call('GET', `/tasks/${id}`, { signal }),
    /** @param {string} id @returns {Promise<Task>} */
    cancelTask: id => call('POST', `/tasks/${id}/cancel`, { repeatable: true }),
    /** @param {string} id @param {number} output @returns {Promise<unknown>} */
    cancelOutput: (id, output) => call('POST', `/tasks/${id}/outputs/${output}/cancel`, { repeatable: true }),
    /** Retries every output that an ended task could not complete. @param {string} id @returns {Promise<unknown>} */
    retryTask: id => again(`/tasks/${id}/retry`),
    /** @param {string} id @param {number} output @returns {Promise<unknown>} */
    retryOutput: (id, output) => again(`/tasks/${id}/outputs/${output}/retry`),
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Unreachable('half an answer', { cause })
  }
}

/** Something else than JSON is the answer of a proxy. @param {string} text */
function problemOf(text) {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

/**
 * @param {string} [cursor] of a list's next page
 * @param {readonly TaskStatus[]} [statuses] the wanted ones; all by default
 */
export function pageQuery(cursor, statuses = []) {
  const asked = Object.entries({ cursor, status: statuses.join(',') }).filter(([, value]) => value)
  return asked.length === 0 ? '' : `?${new URLSearchParams(/** @type {string[][]} */ (asked))}`
}
