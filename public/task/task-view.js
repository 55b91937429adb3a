import { OutputText } from '../text/output-text.js'

/**
 * @typedef {{ stage: string, at: number, detail?: unknown }} StageEntry `at` in milliseconds since 1970, the server's clock
 * @typedef {{ index: number, status: import('../api.js').OutputStatus, finishReason?: string | null,
 *   error?: import('../api.js').Fault | null, damaged?: boolean, text: OutputText, run: number }} OutputView `run`: how
 *   often it was begun again
 */

/**
 * What one page knows of one task: the fold of its snapshots (`GET /api/tasks/:id`) and of the chunks of its stream.
 *
 * Both may come in any order and any number of times: a snapshot replaces texts, a `text-start` begins its output's text
 * again, and `data-reset` voids everything. `onChange` is called for every change but text.
 *
 * The chunks of a kind (`data-question` ...) are in `dataOf`, until another attempt begins.
 */
export class TaskView {
  status = /** @type {import('../api.js').TaskStatus | undefined} */ (undefined)
  attempt = 0
  stages = /** @type {StageEntry[]} */ ([])
  outputs = /** @type {OutputView[]} */ ([])
  error = /** @type {import('../api.js').Fault | undefined} */ (undefined)
  /** Part of it can no longer be read. */
  damaged = false
  /** How often the task began again: by a retry, or because a server was lost. */
  run = 0
  /** True when a server died or stopped in the middle, and the text is written again from the start. */
  interrupted = false
  /** True from the second time in the queue on: how long it waits there is then not known. */
  again = false
  createdAt = Number.NaN
  startedAt = Number.NaN
  finishedAt = Number.NaN
  /** @type {Map<string, { type: string, data: unknown }>} */
  #data = new Map()
  #onChange

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange
  }

  get ended() {
    return this.status !== undefined && this.status !== 'queued' && this.status !== 'running'
  }

  /**
   * The chunks of that type from the stream, in the order each came first: of each id the newest, unless it says that it
   * is withdrawn (a draft while the model reasoned).
   *
   * @param {string} type `data-…`
   * @returns {unknown[]}
   */
  dataOf(type) {
    return Array.from(this.#data.values()).flatMap(entry =>
      entry.type === type && !(/** @type {{ withdrawn?: boolean } | null} */ (entry.data)?.withdrawn)
        ? [entry.data]
        : [],
    )
  }

  /** @param {import('../api.js').Task} task */
  snapshot(task) {
    this.status = task.status
    this.#enter(task.attempt)
    this.again ||= task.attempt > 1 || (task.attempt > 0 && task.status === 'queued')
    this.error = task.error ?? undefined
    this.createdAt = Date.parse(task.createdAt)
    this.startedAt = Date.parse(task.startedAt ?? '')
    this.finishedAt = Date.parse(task.finishedAt ?? '')
    this.damaged = task.damaged === true
    for (const { index, status, text, finishReason, error, damaged } of task.outputs) {
      const output = this.#output(index)
      Object.assign(output, { status, finishReason, error, damaged })
      // The server keeps the earlier text until a retry begins, in case it is cancelled: here that text is removed.
      output.text.replace(status === 'pending' ? '' : text)
    }
    this.#onChange()
  }

  /**
   * An output of an ended task is written again.
   *
   * @param {number} index
   */
  restart(index) {
    this.status = 'queued'
    this.damaged = false
    this.stages = []
    this.again = true
    this.interrupted = false
    this.run++
    this.#data.clear()
    this.#output(index).run++
    this.#outputChange({ index, status: 'pending' })
    this.outputs[index]?.text.replace('')
  }

  /** @param {Record<string, any>} chunk of the stream; types that are neither the wire's nor a kind's are skipped */
  apply(chunk) {
    switch (chunk.type) {
      case 'start':
        return this.#start(chunk.messageMetadata.attempt)
      case 'data-reset':
        return this.#reset(chunk.data.reason)
      case 'data-stage':
        return this.#stage(chunk.data)
      case 'data-output':
        return this.#outputChange(chunk.data)
      case 'text-start':
        return this.#output(Number(chunk.id)).text.replay()
      case 'text-delta':
        return this.#output(Number(chunk.id)).text.append(chunk.delta)
      case 'text-end':
        return this.#output(Number(chunk.id)).text.end()
      default:
        if (chunk.type.startsWith('data-')) this.#kindData(chunk)
    }
  }

  /** @param {Record<string, any>} chunk */
  #kindData({ type, id, data }) {
    this.#data.set(`${type} ${id}`, { type, data })
    this.#onChange()
  }

  /** @param {number} attempt */
  #enter(attempt) {
    // A replay of the same attempt repeats what is there already, which stays until then.
    if (attempt !== this.attempt) this.#data.clear()
    this.attempt = attempt
  }

  /** @param {number} attempt */
  #start(attempt) {
    // Every stream begins with the stages from the first one; only the queue's (attempt 0) belong to the next attempt too.
    if (attempt !== 1) this.stages = []
    if (attempt > 0) this.status = 'running'
    this.#enter(attempt)
    this.#onChange()
  }

  /** @param {string} reason */
  #reset(reason) {
    this.stages = []
    this.#data.clear()
    this.interrupted = reason === 'new-attempt'
    this.again ||= this.interrupted
    if (this.interrupted) this.run++
    for (const output of this.outputs) {
      if (this.interrupted) output.run++
      Object.assign(output, { status: 'pending', finishReason: undefined, error: undefined, damaged: undefined })
      output.text.replace('')
    }
    this.#onChange()
  }

  /** @param {{ stage: string, at: string, detail?: unknown }} data */
  #stage({ stage, at, detail }) {
    const entry = { stage, at: Date.parse(at), detail }
    // A replay repeats what is there already.
    const known = this.stages.findIndex(other => other.stage === entry.stage && other.at === entry.at)
    if (known >= 0) this.stages.splice(known)
    this.stages.push(entry)
    this.#onChange()
  }

  /** @param {{ index: number, status: string, finishReason?: string, error?: import('../api.js').Fault, damaged?: boolean }} data */
  #outputChange({ index, status, finishReason, error, damaged }) {
    const output = this.#output(index)
    if (status === 'restarted') {
      output.run++
      output.text.replace('')
    }
    Object.assign(output, { status: status === 'restarted' ? 'running' : status, finishReason, error, damaged })
    this.#onChange()
  }

  /** @param {number} index */
  #output(index) {
    for (let next = this.outputs.length; next <= index; next++) {
      this.outputs.push({ index: next, status: 'pending', text: new OutputText(), run: 0 })
    }
    return /** @type {OutputView} */ (this.outputs[index])
  }
}
