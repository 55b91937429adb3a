import { and, asc, count, desc, eq, gte, inArray, isNotNull, sql } from 'drizzle-orm'
import type { Queries } from '../../db/client.ts'
import type { Stage } from '../task.ts'
import type { TaskRow } from './rows.ts'
import { outputs, tasks } from './tables.ts'

/** A task's state, without its content. */
export type TaskState = Pick<TaskRow, 'id' | 'ownerId' | 'kind' | 'status' | 'stage'>

/** The waiting and running tasks of these owners, and the tasks with these ids, of any owner. */
export async function states(
  tx: Queries,
  ownerIds: readonly string[],
  ids: readonly string[] = [],
): Promise<TaskState[]> {
  const ofOwners = sql`${tasks.ownerId} = any(${sql.param([...ownerIds])}::uuid[])`
  // Two parts, each with an index of its own; a single condition would read the whole table.
  return tx
    .select(taskState)
    .from(tasks)
    .where(and(ofOwners, inArray(tasks.status, ['queued', 'running'])))
    .union(tx.select(taskState).from(tasks).where(oneOf(ids)))
    .orderBy(asc(tasks.id))
}

/** The newest tasks of an owner that have ended since then. */
export async function endedSince(tx: Queries, ownerId: string, since: Date, limit: number): Promise<TaskState[]> {
  return tx
    .select(taskState)
    .from(tasks)
    .where(and(eq(tasks.ownerId, ownerId), gte(tasks.finishedAt, since)))
    .orderBy(desc(tasks.id))
    .limit(limit)
}

/** How many tasks of each kind wait and run, of all owners, and how old the oldest is: less than 0 if a clock was wrong. */
export async function unfinished(
  tx: Queries,
): Promise<{ kind: string; status: 'queued' | 'running'; count: number; oldestSeconds: number }[]> {
  const of = (status: 'queued' | 'running') =>
    tx
      .select({
        kind: tasks.kind,
        status: sql<typeof status>`${status}::text`.as('status'),
        count: count().as('count'),
        oldestSeconds: sql<number>`extract(epoch from now() - min(${tasks.createdAt}))::int`.as('oldest'),
      })
      .from(tasks)
      // One query per status, each with its own index.
      .where(eq(tasks.status, status))
      .groupBy(tasks.kind)
  return of('queued').unionAll(of('running'))
}

/** The oldest running tasks, of any owner. */
export async function running(
  tx: Queries,
  limit: number,
): Promise<{ id: string; kind: string; attempt: number; stage: Stage; startedAt: Date | null }[]> {
  const { id, kind, attempt, stage, startedAt } = tasks
  return tx
    .select({ id, kind, attempt, stage, startedAt })
    .from(tasks)
    .where(eq(tasks.status, 'running'))
    .orderBy(asc(tasks.id))
    .limit(limit)
}

/** The current attempt of each of these tasks. */
export async function attempts(tx: Queries, taskIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx
    .select({ id: tasks.id, attempt: tasks.attempt })
    .from(tasks)
    .where(inArray(tasks.id, [...taskIds]))
  return new Map(rows.map(({ id, attempt }) => [id, attempt]))
}

/** The positions of these tasks, of any owner. */
export async function taskPositions(
  tx: Queries,
  ids: readonly string[],
): Promise<Pick<TaskRow, 'id' | 'status' | 'attempt'>[]> {
  return tx.select({ id: tasks.id, status: tasks.status, attempt: tasks.attempt }).from(tasks).where(oneOf(ids))
}

/** The commands for running tasks: their current attempt, and cancellations. Deleted tasks are not in it. */
export async function pendingCommands(
  tx: Queries,
  taskIds: readonly string[],
): Promise<Map<string, { attempt: number; cancel: boolean; cancelOutputs: number[] }>> {
  const rows = await tx
    .select({
      id: tasks.id,
      attempt: tasks.attempt,
      cancel: sql<boolean>`${tasks.cancelRequestedAt} is not null`,
      index: outputs.index,
    })
    .from(tasks)
    .leftJoin(outputs, and(eq(outputs.taskId, tasks.id), isNotNull(outputs.cancelRequestedAt)))
    .where(oneOf(taskIds))
  const found = new Map<string, { attempt: number; cancel: boolean; cancelOutputs: number[] }>()
  for (const { id, index, ...order } of rows) {
    const { cancelOutputs } = found.get(id) ?? { cancelOutputs: [] }
    found.set(id, { ...order, cancelOutputs: index === null ? cancelOutputs : [...cancelOutputs, index] })
  }
  return found
}

const taskState = {
  id: tasks.id,
  ownerId: tasks.ownerId,
  kind: tasks.kind,
  status: tasks.status,
  stage: tasks.stage,
}

/**
 * `id = any(...)` with one parameter, for as many tasks as a conversation may have: `inArray` takes a parameter for
 * each, and Postgres allows 65,535.
 */
export function oneOf(ids: readonly string[]) {
  return sql`${tasks.id} = any(${sql.param([...ids])}::uuid[])`
}
