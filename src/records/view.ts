import type { StoredOutput } from '../tasks/rows.ts'
import { type Assessment, assess } from './assess.ts'
import { limitFor } from './limits.ts'
import type { Confirmation, StoredRecord } from './store.ts'

/** A record as its teacher sees it; sizes and marks are computed from the texts as they are now. */
export function viewRecord(
  record: StoredRecord,
  outputs: readonly StoredOutput[],
  confirmed: Confirmation | undefined,
) {
  const { id, category, targetBytes } = record
  const { characters, bytes } = limitFor(category)
  return {
    id,
    category,
    subject: record.subject ?? null,
    label: record.label ?? null,
    targetBytes: targetBytes ?? null,
    limit: { characters, bytes },
    createdAt: record.createdAt.toISOString(),
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
  }
}

function withoutLimit({ bytes, overBy, marks }: Assessment) {
  return { bytes, overBy, marks }
}
