import type { Cipher } from '../db/encrypted.ts'
import { outputs, tasks } from './schema.ts'
import type { OutputError, OutputStatus, Usage } from './task.ts'

/** A task as stored, without what was asked for and its texts. */
export type TaskRow = Omit<typeof tasks.$inferSelect, 'input' | 'errorDetail' | 'idempotencyKey' | 'requestDigest'> & {
  error: OutputError | undefined
}

export interface StoredOutput {
  index: number
  status: OutputStatus
  text: string
  finishReason?: string
  usage?: Usage
  error?: OutputError
  cancelRequested: boolean
}

export interface ClaimedTask extends TaskRow {
  /** Deciphered each time, so that it is not kept. @throws DecryptionFailed */
  input(): unknown
  outputs: StoredOutput[]
  claimedAt: Date
}

/** A row of `tasks` as the engine wants it. */
export function readTask(cipher: Cipher, stored: typeof tasks.$inferSelect): TaskRow {
  const { input: _, idempotencyKey: _key, requestDigest: _digest, errorDetail, ...row } = stored
  const detail = errorDetail && cipher.open(tasks.errorDetail, row.id, errorDetail)
  return { ...row, error: errorOf(row.errorCode, detail) }
}

/** A row of `outputs` as the engine wants it. */
export function readOutput(cipher: Cipher, row: typeof outputs.$inferSelect): StoredOutput {
  const id = outputRowId(row.taskId, row.index)
  const { inputTokens, outputTokens } = row
  const counted = inputTokens !== null && outputTokens !== null
  return {
    index: row.index,
    status: row.status,
    text: row.text ? cipher.open(outputs.text, id, row.text) : '',
    finishReason: row.finishReason ?? undefined,
    usage: counted ? { inputTokens, outputTokens, ...(row.usageEstimated && { estimated: true }) } : undefined,
    error: errorOf(row.errorCode, row.errorDetail && cipher.open(outputs.errorDetail, id, row.errorDetail)),
    cancelRequested: row.cancelRequestedAt !== null,
  }
}

/** The columns that the end of an attempt writes. */
export function outputValues(cipher: Cipher, taskId: string, output: StoredOutput) {
  const id = outputRowId(taskId, output.index)
  return {
    taskId,
    index: output.index,
    status: output.status,
    text: cipher.seal(outputs.text, id, output.text),
    finishReason: output.finishReason ?? null,
    inputTokens: output.usage?.inputTokens ?? null,
    outputTokens: output.usage?.outputTokens ?? null,
    usageEstimated: output.usage?.estimated ?? false,
    errorCode: output.error?.code ?? null,
    errorDetail: output.error ? cipher.seal(outputs.errorDetail, id, output.error.detail) : null,
  }
}

function errorOf(code: string | null, detail: string | null): OutputError | undefined {
  return code !== null && detail !== null ? { code, detail } : undefined
}

/** What binds a sealed value to its row. */
function outputRowId(taskId: string, index: number): string {
  return `${taskId}/${index}`
}
