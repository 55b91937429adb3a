import t from 'tap'
import { schoolYearOf } from '../../../src/kinds/records/school-year.ts'

t.test('a school year begins on 1 March, by the clock of Korea', async t => {
  for (const [instant, year] of [
    ['2026-02-28T14:59:59.999Z', 2025],
    ['2026-02-28T15:00:00Z', 2026],
    ['2026-12-31T15:00:00Z', 2026],
    ['2027-02-28T14:59:59Z', 2026],
    ['2028-02-29T14:59:59Z', 2027],
    ['2028-02-29T15:00:00Z', 2028],
  ] as const)
    t.equal(schoolYearOf(new Date(instant)), year, instant)
})
