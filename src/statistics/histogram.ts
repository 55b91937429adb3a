/**
 * Durations as counts in fixed buckets on a logarithmic scale, so that days, kinds and owners can be added up: two
 * histograms are added bucket by bucket, and percentiles are estimated from the sum.
 *
 * Four buckets per doubling from 10 ms to an hour, one below and one above. Within that range an estimate is at most 9.1 %
 * from a duration that was measured (half a bucket: the fourth root of 2 is 1.189, its square root 1.091).
 */
export type Histogram = readonly number[]

const perDoubling = 4
const lowestMs = 10
/** 62 minutes. */
const doublings = 18.5

/** Upper bounds of all buckets but the last, in ms. Bucket `i` has `bounds[i - 1] <= duration < bounds[i]`. Never changed. */
export const bucketBoundsMs: readonly number[] = Array.from({ length: doublings * perDoubling + 1 }, (_, index) => {
  return Math.round(lowestMs * 2 ** (index / perDoubling) * 100) / 100
})

export function emptyHistogram(): number[] {
  return new Array(bucketBoundsMs.length + 1).fill(0)
}

export function count(histogram: number[], durationMs: number): void {
  const above = bucketBoundsMs.findIndex(bound => durationMs < bound)
  const bucket = above === -1 ? bucketBoundsMs.length : above
  histogram[bucket] = (histogram[bucket] ?? 0) + 1
}

export function added(one: Histogram, other: Histogram): number[] {
  return emptyHistogram().map((_, bucket) => (one[bucket] ?? 0) + (other[bucket] ?? 0))
}

export function size(histogram: Histogram): number {
  return histogram.reduce((sum, value) => sum + value, 0)
}

/**
 * The duration that `share` (0 to 1) of all do not exceed, estimated as the geometric middle of its bucket and rounded to
 * a ms; below and above the range, the bound. Null for an empty histogram.
 */
export function percentile(histogram: Histogram, share: number): number | null {
  const rank = Math.max(1, Math.ceil(share * size(histogram)))
  let reached = 0
  const bucket = histogram.findIndex(value => {
    reached += value
    return reached >= rank
  })
  if (bucket === -1) return null
  const below = bucketBoundsMs[bucket - 1] ?? bucketBoundsMs[bucket] ?? 0
  const above = bucketBoundsMs[bucket] ?? below
  return Math.round(Math.sqrt(below * above))
}
