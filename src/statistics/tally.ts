import { NIL } from 'uuid'
import type { TaskEnded } from '../domain-events/domain-events.ts'
import { count, emptyHistogram } from './histogram.ts'
import type { statistics } from './tables.ts'

export type StatisticsRow = typeof statistics.$inferSelect

/** The owner id of the sums over all owners. No real owner has it: those are UUIDs of version 7. */
export const allOwners = NIL

const outputColumn = {
  completed: 'outputsCompleted',
  incomplete: 'outputsIncomplete',
  failed: 'outputsFailed',
  cancelled: 'outputsCancelled',
} as const

/**
 * The counts that a batch of ends adds, one row for each day, owner and kind and one more for all owners together.
 *
 * In the order of their keys: two processes that write the same rows wait for each other instead of deadlocking.
 */
export function tally(ends: readonly TaskEnded[]): StatisticsRow[] {
  const rows = new Map<string, StatisticsRow>()
  for (const end of ends) {
    const day = end.endedAt.slice(0, 10)
    for (const ownerId of [end.ownerId, allOwners]) {
      const key = `${ownerId} ${day} ${end.kind}`
      const row = rows.get(key) ?? emptyRow({ day, ownerId, kind: end.kind })
      rows.set(key, row)
      add(row, end)
    }
  }
  return Array.from(rows.keys())
    .sort()
    .map(key => rows.get(key) as StatisticsRow)
}

function add(row: StatisticsRow, { ends, status, totalMs, lostAttempts, outputs }: TaskEnded): void {
  if (ends > 1) row.rewrites++
  else row.tasks++
  row[status]++
  row.lostAttempts += lostAttempts
  if (totalMs !== null) count(row.total, totalMs)
  for (const output of outputs) {
    row[outputColumn[output.status]]++
    row.inputTokens += output.inputTokens
    row.outputTokens += output.outputTokens
    row.retries += output.retries
    if (output.firstTokenMs !== null) count(row.firstToken, output.firstTokenMs)
  }
}

export function emptyRow(key: Pick<StatisticsRow, 'day' | 'ownerId' | 'kind'>): StatisticsRow {
  return {
    ...key,
    tasks: 0,
    rewrites: 0,
    completed: 0,
    incomplete: 0,
    failed: 0,
    cancelled: 0,
    outputsCompleted: 0,
    outputsIncomplete: 0,
    outputsFailed: 0,
    outputsCancelled: 0,
    inputTokens: 0,
    outputTokens: 0,
    retries: 0,
    lostAttempts: 0,
    firstToken: emptyHistogram(),
    total: emptyHistogram(),
  }
}
