import { and, arrayContains, desc, eq, gt, gte, isNull, lt, or } from 'drizzle-orm'
import type { Queries } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import { library } from './schema.ts'
import type { LibraryKind } from './source.ts'

export interface LibraryEntry {
  id: string
  kind: LibraryKind
  status: string
  title: string | undefined
  preview: string
  characters: number
  bytes: number
  count: number
  createdAt: Date
  updatedAt: Date
}

export interface LibraryFilter {
  kind?: LibraryKind
  status?: string
  /** Changed then or later. */
  from?: Date
  /** Changed before. */
  to?: Date
}

/** The place after which a page begins. */
export type LibraryCursor = Pick<LibraryEntry, 'updatedAt' | 'id'>

/** Last changed first. With `tokens`, those that have all of them, and those of which nobody knows. */
export async function listEntries(
  tx: Queries,
  cipher: Cipher,
  ownerId: string,
  {
    kind,
    status,
    from,
    to,
    before,
    tokens = [],
    limit,
  }: LibraryFilter & { before?: LibraryCursor; tokens?: number[]; limit: number },
): Promise<LibraryEntry[]> {
  const { updatedAt, id, indexTokens } = library
  const rows = await tx
    .select()
    .from(library)
    .where(
      and(
        eq(library.ownerId, ownerId),
        kind && eq(library.kind, kind),
        status === undefined ? undefined : eq(library.status, status),
        from && gte(updatedAt, from),
        to && lt(updatedAt, to),
        before && or(lt(updatedAt, before.updatedAt), and(eq(updatedAt, before.updatedAt), lt(id, before.id))),
        tokens.length > 0 ? or(arrayContains(indexTokens, tokens), isNull(indexTokens)) : undefined,
      ),
    )
    .orderBy(desc(updatedAt), desc(id))
    .limit(limit)
  return rows.map(row => ({
    id: row.id,
    kind: row.kind,
    status: row.status,
    title: row.title ? cipher.open(library.title, row.id, row.title) : undefined,
    preview: cipher.open(library.preview, row.id, row.preview),
    characters: row.characters,
    bytes: row.bytes,
    count: row.count,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }))
}

/** Which entries there are, of all owners, in the order of their ids. */
export async function entryRefs(
  queries: Queries,
  after: string | undefined,
  limit: number,
): Promise<{ id: string; kind: LibraryKind }[]> {
  return queries
    .select({ id: library.id, kind: library.kind })
    .from(library)
    .where(after === undefined ? undefined : gt(library.id, after))
    .orderBy(library.id)
    .limit(limit)
}
