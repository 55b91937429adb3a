import type { Static } from 'typebox'
import type { RecordInput } from './input.ts'

/** The teacher's name for a record: the subject and their own label, as far as they gave them. */
export function recordLabel({ subject, label }: Pick<Static<typeof RecordInput>, 'subject' | 'label'>): string {
  return [subject, label].filter(Boolean).join(' · ')
}
