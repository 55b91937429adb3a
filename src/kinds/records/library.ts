import type { Static } from 'typebox'
import type { Cipher } from '../../db/encrypted.ts'
import type { TaskLibrary } from '../../library/source.ts'
import { nameOf } from './category.ts'
import type { RecordInput } from './input.ts'
import { keptRecords, latestConfirmations } from './store.ts'

/**
 * Records in the library. A confirmed text replaces the versions: a search no longer reads them then.
 * It always reads the observations, since they are what the teacher remembers.
 */
export function recordLibrary(cipher: Cipher): TaskLibrary<Static<typeof RecordInput>> {
  return {
    kind: 'record',

    async read(tx, written) {
      const owned = written.map(({ task }) => task)
      const confirmed = await latestConfirmations(tx, cipher, owned)
      // The request names the record; where the request is damaged, the stored record does.
      const kept = await keptRecords(
        tx,
        cipher,
        written.flatMap(({ task, input }) => (input ? [] : [task])),
      )
      return new Map(
        written.map(({ id, input, outputs }) => {
          const saved = confirmed.get(id)
          const versions = outputs.flatMap(({ text }) => (text === '' ? [] : [text]))
          const of = input ?? kept.get(id)
          const title = of && [nameOf(of.category, of.schoolLevel).ko, of.subject, of.label].filter(Boolean).join(' · ')
          const contents = saved ? [saved.text] : versions
          const textDamaged = saved ? saved.damaged : outputs.some(({ damaged }) => damaged)
          const document = {
            ...(saved && { status: 'confirmed', updatedAt: saved.confirmedAt }),
            title,
            preview: contents[0] ?? '',
            contents,
            about: [title, input?.observations, ...(input?.keywords ?? [])].filter(text => text !== undefined),
            count: versions.length,
            damaged: !input || textDamaged,
          }
          return [id, document]
        }),
      )
    },
  }
}
