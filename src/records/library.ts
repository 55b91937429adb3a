import type { Static } from 'typebox'
import type { Cipher } from '../db/encrypted.ts'
import type { TaskLibrary } from '../library/source.ts'
import { categoryNames } from './category.ts'
import type { RecordInput } from './input.ts'
import { latestConfirmations } from './store.ts'

/**
 * Records in the library. What the teacher confirmed is what a record says: its versions are no longer looked into then.
 * The observations always are, since they are what the teacher remembers.
 */
export function recordLibrary(cipher: Cipher): TaskLibrary<Static<typeof RecordInput>> {
  return {
    kind: 'record',

    async read(tx, written) {
      const confirmed = await latestConfirmations(
        tx,
        cipher,
        written.map(({ id }) => id),
      )
      return new Map(
        written.map(({ id, input, outputs }) => {
          const saved = confirmed.get(id)
          const versions = outputs.flatMap(({ text }) => (text === '' ? [] : [text]))
          const title = [categoryNames[input.category].ko, input.subject, input.label].filter(Boolean).join(' · ')
          const contents = saved ? [saved.text] : versions
          const document = {
            ...(saved && { status: 'confirmed', updatedAt: saved.confirmedAt }),
            title,
            preview: contents[0] ?? '',
            contents,
            about: [title, input.observations, ...(input.keywords ?? [])],
            count: versions.length,
          }
          return [id, document]
        }),
      )
    },
  }
}
