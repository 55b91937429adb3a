import type { Static } from 'typebox'
import type { TaskOfKind } from '../../tasks/store/of-kind.ts'
import { faultOf } from '../../tasks/view.ts'
import { type Assessment, assess } from './assess.ts'
import type { RecordInput } from './input.ts'
import { limitFor } from './limits.ts'
import type { Confirmation, StoredRecord } from './store.ts'

/**
 * A record as its teacher sees it; sizes and flagged passages are computed from the texts as they are now.
 *
 * @param kept the stored record, once the task has ended with text; before, and if it never does, the request stands for it
 */
export function viewRecord(
  written: TaskOfKind<Static<typeof RecordInput>>,
  kept: StoredRecord | undefined,
  confirmed: Confirmation | undefined,
) {
  const { id, task, input, outputs } = written
  const { category, subject, label, targetBytes } = kept ?? input ?? {}
  const error = faultOf(written)
  const limit = category && limitFor(category)
  // Observations are not shown here: without them nothing of the stored record is missing.
  const headDamaged = kept ? kept.damaged : !input
  const damaged = headDamaged || task.damaged || confirmed?.damaged || outputs.some(output => output.damaged)
  return {
    id,
    status: task.status,
    category: category ?? null,
    subject: subject ?? null,
    label: label ?? null,
    targetBytes: targetBytes ?? null,
    limit: limit ? { characters: limit.characters, bytes: limit.bytes } : null,
    createdAt: task.createdAt.toISOString(),
    versions: outputs.map(({ index, status, text, original, damaged }) => ({
      output: index,
      status,
      text,
      ...(original !== undefined && { original }),
      ...withoutLimit(assess(text, category, targetBytes)),
      ...(damaged && { damaged }),
    })),
    saved: confirmed
      ? {
          output: confirmed.output,
          text: confirmed.text,
          original: confirmed.original,
          ...withoutLimit(assess(confirmed.text, category, targetBytes)),
          confirmedAt: confirmed.confirmedAt.toISOString(),
          ...(confirmed.damaged && { damaged: true as const }),
        }
      : null,
    ...(error && { error }),
    ...(damaged && { damaged: true as const }),
  }
}

function withoutLimit({ bytes, overBy, marks }: Assessment) {
  return { bytes, overBy, marks }
}
