import { inArray, sql } from 'drizzle-orm'
import type { Queries } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import type { BlindIndex } from './blind-index.ts'
import { digestOf } from './digest.ts'
import type { LibraryDocument, LibraryKind, LibrarySource } from './source.ts'
import { library } from './tables.ts'

export interface RefreshOptions {
  sources: readonly LibrarySource[]
  cipher: Cipher
  /** Undefined: entries get no tokens, and every search opens them. */
  index: BlindIndex | undefined
}

/** Names the source of an entry. */
export interface EntryRef {
  kind: LibraryKind
  id: string
}

/**
 * Writes these entries as their sources are now, and removes those whose sources were deleted. Idempotent.
 *
 * It locks before it reads: of two that refresh the same entry, the second reads what the first has not seen, so
 * an older state never replaces a newer one. Needs a transaction that is not a snapshot.
 */
export async function refreshEntries(
  tx: Queries,
  options: RefreshOptions,
  refs: readonly EntryRef[],
): Promise<{ written: number; removed: number; damaged: number }> {
  const ids = refs.map(({ id }) => id)
  await lock(tx, ids)
  const documents: { kind: LibraryKind; document: LibraryDocument }[] = []
  for (const source of options.sources) {
    const own = refs.filter(({ kind }) => kind === source.kind).map(({ id }) => id)
    if (own.length === 0) continue
    await source.hold(tx, own)
    for (const document of await source.read(tx, own)) documents.push({ kind: source.kind, document })
  }
  const rows = documents.map(({ kind, document }) => rowOf(options, kind, document))
  if (rows.length > 0) await upsert(tx, rows)
  const gone = ids.filter(id => !rows.some(row => row.id === id))
  const removed = gone.length > 0 ? await remove(tx, gone) : 0
  return { written: rows.length, removed, damaged: documents.filter(({ document }) => document.damaged).length }
}

/** Locks in one order, so that two refreshes with entries in common do not deadlock. */
async function lock(tx: Queries, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const list = sql.join(
    ids.map(id => sql`${id}::text`),
    sql`, `,
  )
  await tx.execute(sql`
    select pg_advisory_xact_lock(hashtext('conch library'), place)
    from (select distinct hashtext(id) as place from unnest(array[${list}]) as id order by 1) as places`)
}

function rowOf({ cipher, index }: RefreshOptions, kind: LibraryKind, document: LibraryDocument) {
  const { id, ownerId, anchorTaskId, status, createdAt, updatedAt, contents, about } = document
  const { title, preview, ...sizes } = digestOf(document)
  const place = { row: id, owner: ownerId }
  return {
    id,
    ownerId,
    kind,
    anchorTaskId,
    status,
    createdAt,
    updatedAt,
    ...sizes,
    title: title === undefined ? null : cipher.seal(library.title, place, title),
    preview: cipher.seal(library.preview, place, preview),
    indexTokens: index?.tokensOf(ownerId, [...contents, ...about]) ?? null,
  }
}

async function upsert(tx: Queries, rows: (typeof library.$inferInsert)[]): Promise<void> {
  const {
    ownerId,
    kind,
    anchorTaskId,
    status,
    title,
    preview,
    characters,
    bytes,
    count,
    indexTokens,
    createdAt,
    updatedAt,
  } = library
  const columns = {
    ownerId,
    kind,
    anchorTaskId,
    status,
    title,
    preview,
    characters,
    bytes,
    count,
    indexTokens,
    createdAt,
    updatedAt,
  }
  const set = Object.fromEntries(
    Object.entries(columns).map(([property, { name }]) => [property, sql`excluded.${sql.identifier(name)}`]),
  )
  await tx.insert(library).values(rows).onConflictDoUpdate({ target: library.id, set })
}

async function remove(tx: Queries, ids: string[]): Promise<number> {
  return (await tx.delete(library).where(inArray(library.id, ids)).returning({ id: library.id })).length
}
