import type { Cipher, Place } from '../../db/encrypted.ts'
import { type EndedOutputStatus, type OutputError, type OutputStatus, outputEnded, type Usage } from '../task.ts'
import { outputs, tasks } from './tables.ts'

/** A task as stored, without its input and its texts. */
export type TaskRow = Omit<typeof tasks.$inferSelect, 'input' | 'errorDetail' | 'idempotencyKey' | 'requestDigest'> & {
  error: OutputError | undefined
  /** The reason for its failure can no longer be read. */
  damaged?: true
}

/** Names a task, and the owner to whom its encrypted values are bound: they do not open for another owner. */
export interface OwnedTask {
  readonly id: string
  readonly ownerId: string
}

/** The stored digests of the request that created a task. */
export interface RequestDigests {
  /** Digest of its key. */
  key: string
  /** Digest of its whole content. */
  request: string
}

/** A task's input; without a value when it can no longer be read. */
export interface StoredInput<Input = unknown> {
  readonly value: Input | undefined
}

export interface StoredOutput {
  index: number
  status: OutputStatus
  /** Empty when it can no longer be read. */
  text: string
  /** The text as the model wrote it, where its kind saves another one. */
  original?: string
  finishReason?: string
  usage?: Usage
  error?: OutputError
  cancelRequested: boolean
  /** A saved part of it can no longer be read. */
  damaged?: true
}

/** An output that an attempt has ended. */
export interface LaneResult extends StoredOutput {
  status: EndedOutputStatus
  /** The value its kind made, for `save`. */
  result?: unknown
}

export interface ClaimedTask extends TaskRow {
  /** Deciphered at each call, so that it is not kept. @throws DecryptionFailed */
  input(): unknown
  outputs: StoredOutput[]
  claimedAt: Date
}

/** A row of `tasks` as the engine wants it. */
export function readTask(cipher: Cipher, stored: typeof tasks.$inferSelect): TaskRow {
  const { input: _, idempotencyKey: _key, requestDigest: _digest, errorDetail, ...row } = stored
  const detail = errorDetail && cipher.tryOpen(tasks.errorDetail, taskPlace(row), errorDetail)
  if (detail === undefined) return { ...row, error: errorOf(row.errorCode, lostDetail), damaged: true }
  return { ...row, error: errorOf(row.errorCode, detail) }
}

/** The task's input. */
export function readInput(cipher: Cipher, task: OwnedTask, input: typeof tasks.$inferSelect.input): StoredInput {
  return { value: cipher.tryOpen(tasks.input, taskPlace(task), input) }
}

/** A row of `outputs` as the engine wants it. */
export function readOutput(cipher: Cipher, ownerId: string, row: typeof outputs.$inferSelect): StoredOutput {
  const place = outputPlace(ownerId, row.taskId, row.index)
  const { inputTokens, outputTokens } = row
  const counted = inputTokens !== null && outputTokens !== null
  const text = row.text ? cipher.tryOpen(outputs.text, place, row.text) : ''
  const original = row.original && cipher.tryOpen(outputs.original, place, row.original)
  const detail = row.errorDetail && cipher.tryOpen(outputs.errorDetail, place, row.errorDetail)
  // An output that will be written again: its new text replaces the old one.
  const damaged = outputEnded(row.status) && [text, original, detail].includes(undefined)
  return {
    index: row.index,
    status: row.status,
    text: text ?? '',
    ...(original && { original }),
    finishReason: row.finishReason ?? undefined,
    usage: counted ? { inputTokens, outputTokens, ...(row.usageEstimated && { estimated: true }) } : undefined,
    error: errorOf(row.errorCode, detail === undefined ? lostDetail : detail),
    cancelRequested: row.cancelRequestedAt !== null,
    ...(damaged && { damaged }),
  }
}

/** The columns that the end of an attempt writes. */
export function outputValues(cipher: Cipher, { id: taskId, ownerId }: OwnedTask, output: StoredOutput) {
  const place = outputPlace(ownerId, taskId, output.index)
  return {
    taskId,
    index: output.index,
    status: output.status,
    text: cipher.seal(outputs.text, place, output.text),
    original: output.original === undefined ? null : cipher.seal(outputs.original, place, output.original),
    finishReason: output.finishReason ?? null,
    inputTokens: output.usage?.inputTokens ?? null,
    outputTokens: output.usage?.outputTokens ?? null,
    usageEstimated: output.usage?.estimated ?? false,
    errorCode: output.error?.code ?? null,
    errorDetail: output.error ? cipher.seal(outputs.errorDetail, place, output.error.detail) : null,
  }
}

/** Replaces a reason that can no longer be read. */
const lostDetail = 'The reason was saved, but can no longer be read.'

function errorOf(code: string | null, detail: string | null): OutputError | undefined {
  return code !== null && detail !== null ? { code, detail } : undefined
}

/** What binds a sealed value of a task to its row and owner. */
export function taskPlace({ id, ownerId }: OwnedTask): Place {
  return { row: id, owner: ownerId }
}

/** The same of one of its outputs. */
function outputPlace(ownerId: string, taskId: string, index: number): Place {
  return { row: `${taskId}/${index}`, owner: ownerId }
}
