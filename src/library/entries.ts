import type { Queries } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import { digestOf } from './digest.ts'
import type { LibraryDocument, LibraryKind, LibrarySource } from './source.ts'
import { type LibraryCursor, type LibraryEntry, type LibraryFilter, listEntries, listUnwritten } from './store.ts'

export interface EntrySources {
  cipher: Cipher
  sources: readonly LibrarySource[]
}

/**
 * What an owner has, last changed first: the stored entries, and entries made now from sources that have none yet. Read both
 * in one snapshot, so that nothing is there twice, or missing on its way from one to the other.
 */
export async function entriesOf(
  tx: Queries,
  { cipher, sources }: EntrySources,
  ownerId: string,
  options: LibraryFilter & { before?: LibraryCursor; tokens?: number[]; limit: number },
): Promise<LibraryEntry[]> {
  const kinds = sources.flatMap(({ ofTasks, kind }) => (ofTasks ? [kind] : []))
  const written = await listEntries(tx, cipher, ownerId, options)
  const unwritten = await listUnwritten(tx, ownerId, kinds, options)
  if (unwritten.length === 0) return written
  const page = [...written, ...unwritten].sort(lastChangedFirst).slice(0, options.limit)
  const entries = new Map(written.map(entry => [entry.id, entry]))
  const documents = await readAll(
    tx,
    sources,
    ownerId,
    page.filter(({ id }) => !entries.has(id)),
  )
  return page.flatMap(({ id, kind }) => {
    const document = documents.get(id)
    return entries.get(id) ?? (document ? { ...document, ...digestOf(document), kind } : [])
  })
}

/** The documents of these, by id. Only this owner's: an entry that was moved to another owner must not show its source. */
export async function readAll(
  tx: Queries,
  sources: readonly LibrarySource[],
  ownerId: string,
  refs: readonly { id: string; kind: LibraryKind }[],
): Promise<Map<string, LibraryDocument>> {
  const documents = new Map<string, LibraryDocument>()
  for (const source of sources) {
    const ids = refs.filter(({ kind }) => kind === source.kind).map(({ id }) => id)
    if (ids.length === 0) continue
    for (const document of await source.read(tx, ids)) {
      if (document.ownerId === ownerId) documents.set(document.id, document)
    }
  }
  return documents
}

function lastChangedFirst(one: LibraryCursor, other: LibraryCursor): number {
  return other.updatedAt.getTime() - one.updatedAt.getTime() || (one.id < other.id ? 1 : -1)
}
