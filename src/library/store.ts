import { and, arrayContains, desc, eq, gt, gte, inArray, isNull, lt, notExists, or, type SQL, sql } from 'drizzle-orm'
import type { Queries } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import { tasks } from '../tasks/store/tables.ts'
import type { TaskStatus } from '../tasks/task.ts'
import type { LibraryKind } from './source.ts'
import { library } from './tables.ts'

export interface LibraryEntry {
  id: string
  kind: LibraryKind
  status: string
  title: string | undefined
  preview: string
  /** Title or preview can no longer be read; the source may be whole. */
  damaged: boolean
  /** The task has ended again, or runs again, since the entry was written: the handler is about to write it. */
  stale?: boolean
  characters: number
  bytes: number
  count: number
  createdAt: Date
  updatedAt: Date
}

export interface LibraryFilter {
  kind?: LibraryKind
  status?: TaskStatus | 'confirmed'
  /** Inclusive. */
  from?: Date
  /** Exclusive. */
  to?: Date
}

/** A page begins after this. */
export type LibraryCursor = Pick<LibraryEntry, 'updatedAt' | 'id'>

type ListOptions = LibraryFilter & { before?: LibraryCursor; limit: number }

/**
 * Last changed first. With `tokens`, the entries that have all of them, and the entries without any tokens.
 *
 * The status is the task's status now, not when the entry was written: so a list by status agrees with the tasks.
 */
export async function listEntries(
  tx: Queries,
  cipher: Cipher,
  ownerId: string,
  { kind, status, tokens = [], limit, ...range }: ListOptions & { tokens?: number[] },
): Promise<LibraryEntry[]> {
  const { id, updatedAt, indexTokens } = library
  const current = sql<string>`case when ${library.status} = 'confirmed' then ${library.status}
    else coalesce(${tasks.status}, ${library.status}) end`
  const rows = await tx
    .select({ row: library, status: current, finishedAt: tasks.finishedAt })
    .from(library)
    // A conversation is not a task: no task has its id.
    .leftJoin(tasks, eq(tasks.id, id))
    .where(
      and(
        eq(library.ownerId, ownerId),
        kind && eq(library.kind, kind),
        status && sql`${current} = ${status}`,
        within({ updatedAt: sql`${updatedAt}`, id }, range),
        tokens.length > 0 ? or(arrayContains(indexTokens, tokens), isNull(indexTokens)) : undefined,
      ),
    )
    .orderBy(desc(updatedAt), desc(id))
    .limit(limit)
  return rows.map(({ row, status, finishedAt }) => {
    const place = { row: row.id, owner: row.ownerId }
    const title = row.title && cipher.tryOpen(library.title, place, row.title)
    const preview = cipher.tryOpen(library.preview, place, row.preview)
    return {
      id: row.id,
      kind: row.kind,
      status,
      title: title ?? undefined,
      preview: preview ?? '',
      damaged: title === undefined || preview === undefined,
      stale: status !== row.status || (status !== 'confirmed' && finishedAt !== null && finishedAt > row.updatedAt),
      characters: row.characters,
      bytes: row.bytes,
      count: row.count,
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    }
  })
}

/** For this long after its end a task may have no entry yet: the handler writes it within milliseconds, if it is not behind. */
const writtenWithin = sql`interval '10 minutes'`

/**
 * Tasks of these kinds without an entry, last changed first: they wait or run, or have just ended. Writing an entry for each
 * task that begins would cost its POST, or its claim, as much as everything else in it.
 */
export async function listUnwritten(
  tx: Queries,
  ownerId: string,
  kinds: readonly LibraryKind[],
  { kind, status, limit, ...range }: ListOptions,
): Promise<(LibraryCursor & { kind: LibraryKind })[]> {
  const wanted = kind === undefined ? [...kinds] : kinds.filter(one => one === kind)
  if (wanted.length === 0 || status === 'confirmed') return []
  const updatedAt = sql<Date>`coalesce(${tasks.finishedAt}, ${tasks.createdAt})`.mapWith(tasks.createdAt)
  // Two parts, each with an index of its own; together they would read all tasks of the owner.
  const part = (which: SQL) =>
    tx
      .select({ id: tasks.id, kind: sql<LibraryKind>`${tasks.kind}`.as('kind'), updatedAt: updatedAt.as('updated_at') })
      .from(tasks)
      .where(
        and(
          eq(tasks.ownerId, ownerId),
          which,
          inArray(tasks.kind, wanted),
          status && eq(tasks.status, status),
          within({ updatedAt, id: tasks.id }, range),
          notExists(tx.select({ id: library.id }).from(library).where(eq(library.id, tasks.id))),
        ),
      )
  return part(sql`${tasks.status} in ('queued', 'running')`)
    .union(part(sql`${tasks.finishedAt} > now() - ${writtenWithin}`))
    .orderBy(sql`updated_at desc, id desc`)
    .limit(limit)
}

function within(
  { updatedAt, id }: { updatedAt: SQL; id: typeof library.id | typeof tasks.id },
  { from, to, before }: Pick<ListOptions, 'from' | 'to' | 'before'>,
): SQL | undefined {
  const at = (time: Date) => sql`${time.toISOString()}::timestamptz`
  return and(
    from && gte(updatedAt, at(from)),
    to && lt(updatedAt, at(to)),
    before && or(lt(updatedAt, at(before.updatedAt)), and(eq(updatedAt, at(before.updatedAt)), lt(id, before.id))),
  )
}

/** The refs of all entries, of all owners, in the order of their ids. */
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
