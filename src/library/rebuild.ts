import { type Static, Type } from 'typebox'
import type { Database } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import { throughFaults } from '../db/through-faults.ts'
import { mendedIndex } from './index-key.ts'
import { type EntryRef, refreshEntries } from './refresh.ts'
import { type LibraryKind, type LibrarySource, libraryKinds } from './source.ts'
import { entryRefs } from './store.ts'

export const RebuildReport = Type.Object({
  written: Type.Object(
    Object.fromEntries(libraryKinds.map(kind => [kind, Type.Integer()])) as Record<
      LibraryKind,
      ReturnType<typeof Type.Integer>
    >,
    { description: 'Entries by kind.' },
  ),
  removed: Type.Integer({ description: 'Entries whose source was deleted.' }),
  damaged: Type.Integer({
    description: 'Written entries with a part that can no longer be read, and is left out.',
  }),
})
export type RebuildReport = Static<typeof RebuildReport>

export interface RebuildOptions {
  database: Database
  cipher: Cipher
  sources: readonly LibrarySource[]
  /** Entries written in one transaction. */
  pageRows?: number
  signal?: AbortSignal
  /** Called at once, and after each page. */
  onProgress?(report: RebuildReport): void
}

/**
 * Writes every entry again from the tables of the features, and removes those whose source is deleted, while servers read
 * and write: each page is a transaction of its own, in which entries are written as the handler writes them. The handler
 * gets the events of what changes meanwhile.
 *
 * Stopped at any point it leaves correct entries; run again, it begins from the start. Rejects with the signal's
 * reason when aborted; with the database's error when that is unavailable for half a minute. Leaves out what cannot be read.
 */
export async function rebuildLibrary(options: RebuildOptions): Promise<RebuildReport> {
  const { database, cipher, sources, pageRows = 50, signal, onProgress } = options
  const { queries } = database
  const report: RebuildReport = { written: { record: 0, review: 0, quiz: 0, conversation: 0 }, removed: 0, damaged: 0 }
  const patiently = throughFaults(signal)
  const publish = () => onProgress?.({ ...report, written: { ...report.written } })
  publish()
  const index = await patiently(() => mendedIndex(queries, cipher))

  for (const source of sources) {
    for (let after: string | undefined; ; ) {
      const ids = await patiently(() => source.ids(queries, after, pageRows))
      const { written, removed, damaged } = await refresh(ids.map(id => ({ kind: source.kind, id })))
      report.written[source.kind] += written
      report.removed += removed
      report.damaged += damaged
      publish()
      after = ids.at(-1)
      if (ids.length < pageRows) break
    }
  }
  for (let after: string | undefined; ; ) {
    const refs = await patiently(() => entryRefs(queries, after, pageRows))
    report.removed += (await refresh(await withoutSource(refs))).removed
    publish()
    after = refs.at(-1)?.id
    if (refs.length < pageRows) return report
  }

  function refresh(refs: readonly EntryRef[]) {
    if (refs.length === 0) return { written: 0, removed: 0, damaged: 0 }
    return patiently(() => queries.transaction(tx => refreshEntries(tx, { sources, cipher, index }, refs)))
  }

  /** As it seems now; the refresh checks it again under the lock. */
  async function withoutSource(refs: readonly EntryRef[]): Promise<EntryRef[]> {
    const present = new Set<string>()
    for (const source of sources) {
      const ids = refs.filter(({ kind }) => kind === source.kind).map(({ id }) => id)
      if (ids.length === 0) continue
      for (const { id } of await patiently(() => source.read(queries, ids))) present.add(id)
    }
    return refs.filter(({ id }) => !present.has(id))
  }
}
