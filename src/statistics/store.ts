import { and, asc, between, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { Queries } from '../db/client.ts'
import type { Period } from './period.ts'
import { statistics } from './tables.ts'
import type { StatisticsRow } from './tally.ts'

const { day, ownerId, kind, firstToken, total, ...counters } = getTableColumns(statistics)

/** Adds to the stored counts, all in one statement. No two rows may have the same key. */
export async function addStatistics(tx: Queries, rows: readonly StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx
    .insert(statistics)
    .values([...rows])
    .onConflictDoUpdate({ target: [ownerId, day, kind], set: sums })
}

/** Oldest day first, then by kind. */
export function readStatistics(
  tx: Queries,
  { from, to, ...of }: Period & { ownerId: string; kind?: string },
): Promise<StatisticsRow[]> {
  return tx
    .select()
    .from(statistics)
    .where(and(eq(ownerId, of.ownerId), between(day, from, to), of.kind === undefined ? undefined : eq(kind, of.kind)))
    .orderBy(asc(day), asc(kind))
}

const excluded = (column: { name: string }) => sql`excluded.${sql.identifier(column.name)}`

const bucketByBucket = (column: typeof firstToken | typeof total): SQL => sql`(
  select array_agg(coalesce(old, 0) + coalesce(new, 0) order by bucket)
  from unnest(${column}, ${excluded(column)}) with ordinality as buckets(old, new, bucket))`

const sums = {
  ...Object.fromEntries(Object.entries(counters).map(([name, column]) => [name, sql`${column} + ${excluded(column)}`])),
  firstToken: bucketByBucket(firstToken),
  total: bucketByBucket(total),
}
