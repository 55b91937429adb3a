import type { Cipher } from '../db/encrypted.ts'
import type { BatchHandler } from '../domain-events/handler.ts'
import { openIndex } from './index-key.ts'
import { type EntryRef, refreshEntries } from './refresh.ts'
import { type LibraryEvent, type LibrarySource, libraryEvents } from './source.ts'

/** Entries written in one transaction. In the embedded database, all other requests wait for a batch. */
const batchSize = 25

/**
 * Keeps the library up to date with its sources. It never writes an event's content, but reads what the event names: so events
 * may come twice, late or in any order.
 */
export function keepLibrary({
  sources,
  cipher,
}: {
  sources: readonly LibrarySource[]
  cipher: Cipher
}): BatchHandler<LibraryEvent['name']> {
  return {
    name: 'library',
    events: libraryEvents,
    batchSize,
    async handleAll(events, { queries, commit }) {
      const index = await openIndex(queries, cipher)
      const touched = new Map<string, EntryRef>()
      for (const event of events) {
        for (const source of sources) {
          const id = await source.touchedBy(queries, event)
          if (id !== undefined) touched.set(id, { kind: source.kind, id })
        }
      }
      await commit(async tx => {
        await refreshEntries(tx, { sources, cipher, index }, Array.from(touched.values()))
      })
    },
  }
}
