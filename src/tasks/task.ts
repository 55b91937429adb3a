/**
 * The states of a task and of its outputs.
 *
 * ```
 * task:    queued -> running -> completed | incomplete | failed | cancelled
 *          running -> queued        an attempt was returned by a drain (or lost: then it is claimed from `running`)
 *          queued -> cancelled      cancelled before it was claimed
 *          (ended) -> queued        an output is retried: the next attempt generates only that one
 * output:  pending -> running -> completed | incomplete | failed | cancelled
 *          (ended) -> pending       retried
 * ```
 */
export const taskStatuses = ['queued', 'running', 'completed', 'incomplete', 'failed', 'cancelled'] as const
export type TaskStatus = (typeof taskStatuses)[number]

export const outputStatuses = ['pending', 'running', 'completed', 'incomplete', 'failed', 'cancelled'] as const
export type OutputStatus = (typeof outputStatuses)[number]

export type EndedTaskStatus = Exclude<TaskStatus, 'queued' | 'running'>
export type EndedOutputStatus = Exclude<OutputStatus, 'pending' | 'running'>

/** How far a task is, as its readers see it. */
export type Stage = 'queued' | 'preparing' | 'generating' | 'retrying' | 'saving' | 'completed'

export function taskEnded(status: TaskStatus): status is EndedTaskStatus {
  return status !== 'queued' && status !== 'running'
}

export function outputEnded(status: OutputStatus | 'restarted'): status is EndedOutputStatus {
  return status !== 'pending' && status !== 'running' && status !== 'restarted'
}

export interface Usage {
  inputTokens: number
  outputTokens: number
  /** True when the provider reported no usage and we counted. */
  estimated?: boolean
}

/** What an output cost besides tokens. */
export interface Effort {
  /** When the model's first delta of the current text came; there may be none. */
  firstDeltaAt?: number
  /** How often the model was asked again, by us or by the user. */
  retries: number
  /** Usage of texts that were written and then restarted. */
  voided: Usage
}

export interface OutputError {
  code: string
  /** For people; harmless: never the prompt, a key or a stack. */
  detail: string
}

/** The status of an ended task, by the status of its outputs. Cancelling every output one by one cancels the task. */
export function endStatus(outputs: readonly { status: OutputStatus }[], cancelled: boolean): EndedTaskStatus {
  if (cancelled || outputs.every(output => output.status === 'cancelled')) return 'cancelled'
  if (outputs.every(output => output.status === 'completed')) return 'completed'
  if (outputs.every(output => output.status === 'failed')) return 'failed'
  return 'incomplete'
}

/**
 * How many attempts of a task may be lost to dying processes before the task ends as failed. Given-back attempts do not
 * count.
 */
export const lostAttemptsBudget = 3

/** The error of a task whose texts are kept, but whose kind failed to save its part. */
export const notSaved: OutputError = {
  code: 'not-saved',
  detail: 'The text was written, but could not be saved as it should. It is kept with the task; please try again.',
}

/** The error of an output that cannot be written, since the task's input can no longer be read. */
export const inputDamaged: OutputError = {
  code: 'input-damaged',
  detail: 'What you asked for was damaged in storage and can no longer be read. Please ask again.',
}

/** The error of a task whose attempts were lost too often. */
export const attemptsLost: OutputError = {
  code: 'attempts-lost',
  detail: 'The server was interrupted several times while writing this text. Please try again.',
}
