import type { Cipher } from '../db/encrypted.ts'
import type { TaskKind } from '../tasks/kind.ts'
import { defaultVersions, RecordInput } from './input.ts'
import { recordPrompt } from './prompt.ts'
import { saveRecord } from './store.ts'

/** The `record` kind: versions of one part of a student record, each with another emphasis. */
export function recordKind(cipher: Cipher): TaskKind<typeof RecordInput> {
  return {
    name: 'record',
    input: RecordInput,
    outputs: ({ versions }) => versions ?? defaultVersions,
    prompt: recordPrompt,
    async save(tx, task) {
      await saveRecord(tx, cipher, task)
      return [{ name: 'record.generated', data: { taskId: task.id, ownerId: task.ownerId, watched: task.watched } }]
    },
  }
}
