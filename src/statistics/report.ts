import type { Distribution, Figures, StatisticsReport } from './api-schemas.ts'
import { added, bucketBoundsMs, emptyHistogram, type Histogram, percentile, size } from './histogram.ts'
import type { Period } from './period.ts'
import { emptyRow, type StatisticsRow } from './tally.ts'

/** Days and kinds without anything are left out. */
export function reportOf(period: Period, rows: readonly StatisticsRow[]): StatisticsReport {
  const kinds = Array.from(
    Map.groupBy(rows, row => row.kind),
    ([kind, ofKind]) => ({ kind, sum: sumOf(ofKind) }),
  )
  return {
    ...period,
    days: rows.map(row => ({ day: row.day, kind: row.kind, ...figures(row) })),
    kinds: kinds.sort((a, b) => (a.kind < b.kind ? -1 : 1)).map(({ kind, sum }) => ({ kind, ...withBuckets(sum) })),
    total: withBuckets(sumOf(rows)),
    bucketBoundsMs: [...bucketBoundsMs],
  }
}

function sumOf(rows: readonly StatisticsRow[]): StatisticsRow {
  const sum = emptyRow({ day: '', ownerId: '', kind: '' })
  for (const row of rows) {
    for (const name of counters) sum[name] += row[name]
    for (const name of ['firstToken', 'total'] as const) sum[name] = added(sum[name], row[name])
  }
  return sum
}

type Counter = { [Name in keyof StatisticsRow]: StatisticsRow[Name] extends number ? Name : never }[keyof StatisticsRow]

const counters = Object.entries(emptyRow({ day: '', ownerId: '', kind: '' })).flatMap(([name, value]) =>
  typeof value === 'number' ? [name as Counter] : [],
)

function figures(row: StatisticsRow): Figures {
  const { tasks, rewrites, completed, incomplete, failed, cancelled, inputTokens, outputTokens } = row
  return {
    tasks,
    rewrites,
    ends: { completed, incomplete, failed, cancelled },
    outputs: {
      completed: row.outputsCompleted,
      incomplete: row.outputsIncomplete,
      failed: row.outputsFailed,
      cancelled: row.outputsCancelled,
    },
    inputTokens,
    outputTokens,
    retries: row.retries,
    lostAttempts: row.lostAttempts,
    firstToken: distribution(row.firstToken),
    total: distribution(row.total),
  }
}

function distribution(histogram: Histogram): Distribution {
  return {
    count: size(histogram),
    p50Ms: percentile(histogram, 0.5),
    p95Ms: percentile(histogram, 0.95),
    p99Ms: percentile(histogram, 0.99),
  }
}

function withBuckets(row: StatisticsRow) {
  const sum = figures(row)
  return {
    ...sum,
    firstToken: { ...sum.firstToken, buckets: added(row.firstToken, emptyHistogram()) },
    total: { ...sum.total, buckets: added(row.total, emptyHistogram()) },
  }
}
