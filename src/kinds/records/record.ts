import { plainText } from '../../../public/records/text/plain-text.js'
import type { Cipher } from '../../db/encrypted.ts'
import type { TaskKind } from '../../tasks/kind.ts'
import { recordBound } from './bound.ts'
import { defaultVersions, RecordInput } from './input.ts'
import { recordPrompt } from './prompt.ts'
import { saveRecords } from './store.ts'

/** The `record` kind: versions of one part of a student record, each with another emphasis. */
export function recordKind(cipher: Cipher): TaskKind<typeof RecordInput> {
  return {
    name: 'record',
    input: RecordInput,
    outputs: ({ versions }) => versions ?? defaultVersions,
    prompt: recordPrompt,
    bound: recordBound,
    // A record is copied into NEIS, which shows every mark as it is.
    plain: text => plainText(text),
    save: (tx, ended) => saveRecords(tx, cipher, ended),
    facts: ({ id: taskId, ownerId, watched }) => [{ name: 'record.generated', data: { taskId, ownerId, watched } }],
  }
}
