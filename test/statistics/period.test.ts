import t from 'tap'
import { periodOf } from '../../src/statistics/period.ts'

const now = new Date('2026-03-01T23:59:59.999Z')

t.test('30 days up to today, in UTC, by default', async t => {
  t.same(periodOf({}, now), { from: '2026-01-31', to: '2026-03-01' })
  t.same(periodOf({ to: '2024-03-01' }, now), { from: '2024-02-01', to: '2024-03-01' })
  t.same(periodOf({ from: '2026-02-28' }, now), { from: '2026-02-28', to: '2026-03-01' })
  t.same(periodOf({ from: '2024-01-01', to: '2024-12-31' }, now), { from: '2024-01-01', to: '2024-12-31' }, '366 days')
})

t.test('an invalid period is refused', async t => {
  for (const asked of [
    { from: '2026-03-02' },
    { from: '2026-02-29', to: '2026-03-01' },
    { to: '2026-13-01' },
    { from: '2024-01-01', to: '2025-01-01' },
  ]) {
    t.throws(() => periodOf(asked, now), { status: 400, code: 'invalid-period' }, JSON.stringify(asked))
  }
})
