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
  }
}

/** No answer came, or half of one: the network failed, or the server is restarting. */
export class Unreachable extends Error {}

/**
 * @typedef {ReturnType<typeof createApi>} Api
 * @typedef {Api['call']} Call
 */

/** Every call throws `Refused`, `Unreachable`, or the abort reason of its signal. */
export function createApi() {
  let clockOffsetMs = 0

  /**
   * @template T
   * @param {string} method
   * @param {string} path below `/api`
   * @param {{ body?: unknown, signal?: AbortSignal, headers?: Record<string, string> }} [options]
   * @returns {Promise<T>} undefined for an answer without content
   */
  async function call(method, path, { body, signal, headers } = {}) {
    const response = await fetch(`/api${path}`, {
      method,
      signal,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }).catch(cause => {
      throw signal?.aborted ? cause : new Unreachable('no answer', { cause })
    })
    const date = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(date)) clockOffsetMs = date - Date.now()
    if (response.status === 204) return /** @type {T} */ (undefined)
    if (response.ok)
      return response.json().catch(cause => {
        throw signal?.aborted ? cause : new Unreachable('half an answer', { cause })
      })
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
    const problem = await response.json().catch(() => ({}))
    throw new Refused(response.status, problem, Number.isFinite(retryAfter) ? retryAfter : undefined)
  }

  return {
    call,
    /** The server's clock, to the second: events have its times, and this machine's clock may be wrong. */
    now: () => Date.now() + (Math.abs(clockOffsetMs) > 2000 ? clockOffsetMs : 0),

    /** @returns {Promise<Model>} */
    model: () => call('GET', '/model'),
    /** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Task>} */
    task: (id, signal) => call('GET', `/tasks/${id}`, { signal }),
    /** @param {string} id @returns {Promise<Task>} */
    cancelTask: id => call('POST', `/tasks/${id}/cancel`),
    /** @param {string} id @param {number} output @returns {Promise<unknown>} */
    cancelOutput: (id, output) => call('POST', `/tasks/${id}/outputs/${output}/cancel`),
    /** Retries every output that an ended task could not complete. @param {string} id @returns {Promise<unknown>} */
    retryTask: id => call('POST', `/tasks/${id}/retry`),
    /** @param {string} id @param {number} output @returns {Promise<unknown>} */
    retryOutput: (id, output) => call('POST', `/tasks/${id}/outputs/${output}/retry`),
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
