import type { Queries } from '../db/client.ts'
import type { BlindIndex } from './blind-index.ts'
import { digestOf } from './digest.ts'
import { type EntrySources, entriesOf, readAll } from './entries.ts'
import { type Excerpt, excerptOf, fold } from './fold.ts'
import type { LibraryDocument } from './source.ts'
import type { LibraryCursor, LibraryEntry, LibraryFilter } from './store.ts'

/**
 * A request opens no more texts than this, and returns what it has found with a cursor to go on from: so a search by
 * one character, for which the index is no help, is answered as soon as any other.
 */
export const maxOpened = 200

/** And no more characters: a few texts, such as long conversations, may be large. */
const maxOpenedCharacters = 5_000_000

/** Entries read at once, and the characters of their texts that are in memory at once, one text at least. */
const batchSize = 25
const portionCharacters = 500_000

export interface Found {
  entry: LibraryEntry
  /** Where `query` was found; undefined without a query. */
  excerpt?: Excerpt
}

export interface FoundPage {
  items: Found[]
  /** Undefined at the end. A search may return a cursor with a page that is not full, or even empty. */
  next: LibraryCursor | undefined
}

/**
 * The owner's entries, last changed first, whose text contains `query`, whatever its case and white space. Entries that
 * may contain it, since part of their text can no longer be read, are included.
 */
export async function searchLibrary(
  tx: Queries,
  { index, ...from }: EntrySources & { index: BlindIndex | undefined },
  ownerId: string,
  { query, before, limit, ...filter }: LibraryFilter & { query?: string; before?: LibraryCursor; limit: number },
): Promise<FoundPage> {
  if (query === undefined) {
    const entries = await entriesOf(tx, from, ownerId, { ...filter, before, limit: limit + 1 })
    const page = entries.slice(0, limit)
    const unfit = page.filter(({ damaged, stale }) => damaged || stale)
    const documents = await readAll(tx, from.sources, ownerId, unfit)
    const items = page.map(entry => ({ entry: asItIs(entry, documents.get(entry.id)) }))
    return { items, next: entries.length > limit ? entries[limit - 1] : undefined }
  }
  const wanted = fold(query)
  // Without the index every text is opened.
  const tokens = index?.tokensFor(ownerId, wanted) ?? []
  const found: Found[] = []
  let last = before
  let characters = 0
  for (let opened = 0; opened < maxOpened; opened += batchSize) {
    const candidates = await entriesOf(tx, from, ownerId, { ...filter, before: last, tokens, limit: batchSize })
    for (const portion of portionsOf(candidates)) {
      if (characters > maxOpenedCharacters) return { items: found, next: last }
      const documents = await readAll(tx, from.sources, ownerId, portion)
      for (const entry of portion) {
        const document = documents.get(entry.id)
        const excerpt = document && excerptIn(document, wanted)
        const isFound = excerpt !== undefined || document?.damaged === true
        // One more than fits shows that there is another page.
        if (isFound && found.length === limit) return { items: found, next: found.at(-1)?.entry }
        if (isFound) found.push({ entry: asItIs(entry, document), excerpt })
        last = entry
        characters += entry.characters
      }
    }
    if (candidates.length < batchSize) return { items: found, next: undefined }
  }
  return { items: found, next: last }
}

function portionsOf(entries: readonly LibraryEntry[]): LibraryEntry[][] {
  const portions: LibraryEntry[][] = []
  let characters = Number.POSITIVE_INFINITY
  for (const entry of entries) {
    characters += entry.characters
    if (characters > portionCharacters) {
      portions.push([])
      characters = entry.characters
    }
    portions.at(-1)?.push(entry)
  }
  return portions
}

/** The entry; one that is damaged, or older than its source, takes the values of its source, but not its place in the list. */
function asItIs(entry: LibraryEntry, document: LibraryDocument | undefined): LibraryEntry {
  if (!document) return entry
  if (!entry.damaged && !entry.stale) return { ...entry, damaged: document.damaged }
  return { ...entry, ...digestOf(document), damaged: document.damaged }
}

function excerptIn({ contents, about }: LibraryDocument, wanted: string): Excerpt | undefined {
  for (const text of [...contents, ...about]) {
    const excerpt = excerptOf(text, wanted)
    if (excerpt) return excerpt
  }
  return undefined
}
