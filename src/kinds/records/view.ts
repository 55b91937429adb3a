import type { Static } from 'typebox'
import type { TaskOfKind } from '../../tasks/store/of-kind.ts'
import { faultOf } from '../../tasks/view.ts'
import { checkText } from './check/check-text.ts'
import type { RecordInput } from './input.ts'
import { limitFor, type Part } from './limits.ts'
import { marksOf } from './marks.ts'
import type { Confirmation, StoredRecord } from './store.ts'

/**
 * A record as its teacher sees it; sizes and flagged passages are computed from the texts as they are now.
 *
 * @param options.brief one of a list: with the first findings of each text, and without their replacements, which take long to find
 * @param kept the stored record, once the task has ended with text; before, and if it never does, the request stands for it
 */
export function viewRecord(
  written: TaskOfKind<Static<typeof RecordInput>>,
  kept: StoredRecord | undefined,
  confirmed: Confirmation | undefined,
  { brief = false } = {},
) {
  const { id, task, input, outputs } = written
  const { category, subject, label, targetBytes } = kept ?? input ?? {}
  // A process of the version before stores neither.
  const schoolLevel = kept?.schoolLevel ?? input?.schoolLevel
  const schoolYear = kept?.schoolYear ?? input?.schoolYear
  const part = category && { category, schoolLevel, schoolYear }
  const error = faultOf(written)
  // Observations are not shown here: without them nothing of the stored record is missing.
  const headDamaged = kept ? kept.damaged : !input
  const damaged = headDamaged || task.damaged || confirmed?.damaged || outputs.some(output => output.damaged)
  return {
    id,
    status: task.status,
    category: category ?? null,
    schoolLevel: schoolLevel ?? 'high',
    schoolYear: schoolYear ?? null,
    subject: subject ?? null,
    label: label ?? null,
    targetBytes: targetBytes ?? null,
    limit: part ? viewLimit(limitFor(part)) : null,
    createdAt: task.createdAt.toISOString(),
    versions: outputs.map(({ index, status, text, original, damaged }) => ({
      output: index,
      status,
      text,
      ...(original !== undefined && { original }),
      ...sizeOf(text, part, targetBytes, brief),
      ...(damaged && { damaged }),
    })),
    saved: confirmed
      ? {
          output: confirmed.output,
          text: confirmed.text,
          original: confirmed.original,
          despite: confirmed.despite ?? null,
          ...sizeOf(confirmed.text, part, targetBytes, brief),
          confirmedAt: confirmed.confirmedAt.toISOString(),
          ...(confirmed.damaged && { damaged: true as const }),
        }
      : null,
    ...(error && { error }),
    ...(damaged && { damaged: true as const }),
  }
}

/** A limit with where its number comes from; null where there is none. */
function viewLimit({ characters, bytes, since, source, page, verified, note, assumed }: ReturnType<typeof limitFor>) {
  if (characters === null || bytes === null) return null
  return { characters, bytes, since, source, page, verified, assumed, note: note ?? null }
}

/** Findings of each text in a list. */
const maxBrief = 20

function sizeOf(text: string, part: Part | undefined, targetBytes: number | undefined, brief: boolean) {
  const checked = checkText(text, part, { targetBytes, form: 'subject', replacements: !brief })
  const { bytes, overBy } = checked
  const findings = brief ? checked.findings.slice(0, maxBrief) : checked.findings
  return { bytes, overBy, findings, marks: marksOf(findings) }
}
