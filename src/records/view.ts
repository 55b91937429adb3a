import type { Static } from 'typebox'
import type { TaskOfKind } from '../tasks/of-kind.ts'
import { faultOf } from '../tasks/view.ts'
import { type Assessment, assess } from './assess.ts'
import type { RecordInput } from './input.ts'
import { limitFor } from './limits.ts'
import type { Confirmation, StoredRecord } from './store.ts'

/**
 * A record as its teacher sees it; sizes and marks are computed from the texts as they are now.
 *
 * @param kept what is kept of it once it has ended with text; before, and if it never does, what was asked for says it
 */
export function viewRecord(
  written: TaskOfKind<Static<typeof RecordInput>>,
  kept: StoredRecord | undefined,
  confirmed: Confirmation | undefined,
) {
  const { id, task, input, outputs } = written
  const { category, subject, label, targetBytes } = kept ?? input
  const error = faultOf(written)
  const { characters, bytes } = limitFor(category)
  return {
    id,
    status: task.status,
    category,
    subject: subject ?? null,
    label: label ?? null,
    targetBytes: targetBytes ?? null,
    limit: { characters, bytes },
    createdAt: task.createdAt.toISOString(),
    versions: outputs.map(({ index, status, text }) => ({
      output: index,
      status,
      text,
      ...withoutLimit(assess(text, category, targetBytes)),
    })),
    saved: confirmed
      ? {
          output: confirmed.output,
          text: confirmed.text,
          original: confirmed.original,
          ...withoutLimit(assess(confirmed.text, category, targetBytes)),
          confirmedAt: confirmed.confirmedAt.toISOString(),
        }
      : null,
    ...(error && { error }),
  }
}

function withoutLimit({ bytes, overBy, marks }: Assessment) {
  return { bytes, overBy, marks }
}
