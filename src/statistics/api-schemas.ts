import { type Static, Type } from 'typebox'
import { bucketBoundsMs } from './histogram.ts'
import { maxDays } from './period.ts'

/** More than there will be kinds of tasks. */
const maxKinds = 100

const Count = (description?: string) => Type.Integer({ minimum: 0, ...(description && { description }) })

const Outcomes = (description: string) =>
  Type.Object({ completed: Count(), incomplete: Count(), failed: Count(), cancelled: Count() }, { description })

const Estimate = Type.Union([Type.Integer(), Type.Null()], {
  description: 'In ms, within 9.1 % between 10 ms and an hour.',
})

const distribution = { count: Count(), p50Ms: Estimate, p95Ms: Estimate, p99Ms: Estimate }
const Distribution = Type.Object(distribution)
const DistributionWithBuckets = Type.Object({
  ...distribution,
  buckets: Type.Array(Count(), {
    maxItems: bucketBoundsMs.length + 1,
    description: 'How many in each bucket; see bucketBoundsMs.',
  }),
})

const figures = {
  tasks: Count('That ended, each counted at its first end.'),
  rewrites: Count('Later ends, of tasks with an output that was written again.'),
  ends: Outcomes('How tasks ended; rewrites included.'),
  outputs: Outcomes('How their texts ended.'),
  inputTokens: Count(),
  outputTokens: Count(),
  retries: Count('How often the model was asked again, by Conch or by a user.'),
  lostAttempts: Count('Attempts that died with their process.'),
}

const Figures = Type.Object({ ...figures, firstToken: Distribution, total: Distribution })

const sums = {
  ...figures,
  firstToken: Type.Object(DistributionWithBuckets.properties, {
    description: 'From the request to the first piece of text of each output.',
  }),
  total: Type.Object(DistributionWithBuckets.properties, {
    description: 'From the request until it was saved.',
  }),
}

export const StatisticsReportSchema = Type.Object({
  from: Type.String(),
  to: Type.String({ description: 'Days in UTC; both are part of it.' }),
  days: Type.Array(Type.Object({ day: Type.String(), kind: Type.String(), ...Figures.properties }), {
    maxItems: maxDays * maxKinds,
    description: 'Oldest first, then by kind. Days and kinds without anything are left out.',
  }),
  kinds: Type.Array(Type.Object({ kind: Type.String(), ...sums }), {
    maxItems: maxKinds,
    description: 'Sums over the days, by kind.',
  }),
  total: Type.Object(sums),
  bucketBoundsMs: Type.Array(Type.Number(), {
    maxItems: bucketBoundsMs.length,
    description: 'Bucket i has what is at least bound i - 1 and below bound i; there is one more bucket than bounds.',
  }),
})

export type Figures = Static<typeof Figures>
export type Distribution = Static<typeof Distribution>
export type StatisticsReport = Static<typeof StatisticsReportSchema>

const Day = (description: string) =>
  Type.Optional(Type.String({ maxLength: 10, pattern: '^\\d{4}-\\d{2}-\\d{2}$', description }))

export const StatisticsQuery = Type.Object({
  from: Day('First day, in UTC; 30 days up to the last one if left out.'),
  to: Day('Last day; today if left out. At most 366 days.'),
  kind: Type.Optional(Type.String({ maxLength: 40, pattern: '^[a-z]+$', description: 'Only tasks of this kind.' })),
})
