import t from 'tap'
import { added, bucketBoundsMs, count, emptyHistogram, percentile, size } from '../../src/statistics/histogram.ts'

t.test('every duration from 10 ms to an hour is estimated within 9.1 %', async t => {
  let worst = 0
  for (let durationMs = 10; durationMs < 3_600_000; durationMs = Math.ceil(durationMs * 1.003)) {
    const histogram = emptyHistogram()
    count(histogram, durationMs)
    const estimate = percentile(histogram, 0.5) as number
    // The estimate is rounded to a ms as well.
    worst = Math.max(worst, (Math.abs(estimate - durationMs) - 0.5) / durationMs)
  }
  t.ok(worst <= 0.091, `${worst}`)
  t.ok(worst > 0.08, 'and the bound is tight')
})

t.test('bounds belong to the bucket above them; durations outside are counted at the ends', async t => {
  const histogram = emptyHistogram()
  for (const durationMs of [0, 9.99, 10, 20, 24 * 3_600_000]) count(histogram, durationMs)
  t.equal(histogram.length, bucketBoundsMs.length + 1)
  t.equal(histogram[0], 2)
  t.equal(histogram[1], 1)
  t.equal(histogram[bucketBoundsMs.indexOf(20) + 1], 1)
  t.equal(histogram.at(-1), 1)
  t.equal(size(histogram), 5)
  t.equal(percentile(histogram, 0), 10)
  t.equal(percentile(histogram, 1), Math.round(bucketBoundsMs.at(-1) as number))
})

t.test('a percentile is that of the rank; an empty histogram has none', async t => {
  t.equal(percentile(emptyHistogram(), 0.5), null)
  const histogram = emptyHistogram()
  for (let index = 1; index <= 100; index++) count(histogram, index <= 50 ? 100 : index <= 99 ? 1_000 : 60_000)
  const near = (share: number, durationMs: number) =>
    t.ok(Math.abs((percentile(histogram, share) as number) - durationMs) <= durationMs * 0.091, `${share}`)
  near(0.5, 100)
  near(0.51, 1_000)
  near(0.99, 1_000)
  near(1, 60_000)
})

t.test('histograms are added bucket by bucket, also with one that is older and shorter', async t => {
  const one = emptyHistogram()
  count(one, 15)
  count(one, 70)
  t.same(
    added(one, [1, 1]).slice(0, 4),
    [1, 1, one[2] ?? 0, one[3] ?? 0].map((value, i) => value + (i < 2 ? (one[i] ?? 0) : 0)),
  )
  t.equal(size(added(one, one)), 4)
})
