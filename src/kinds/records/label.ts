import type { Static } from 'typebox'
import type { RecordInput } from './input.ts'

/** What its teacher calls a record: the subject and their own mark, as far as they gave them. */
export function recordLabel({ subject, label }: Pick<Static<typeof RecordInput>, 'subject' | 'label'>): string {
  return [subject, label].filter(Boolean).join(' · ')
}
