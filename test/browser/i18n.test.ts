import t from 'tap'
import { createI18n } from '../../public/i18n.js'

const now = new Date(2026, 2, 1, 0, 30)
const at = (...parts: [number, number, number, number?]) => new Date(...parts).toISOString()

t.test('a day is named by how near it is, by the clock of the reader', async t => {
  for (const [time, ko, en] of [
    [at(2026, 2, 1, 23), '오늘', 'Today'],
    [at(2026, 2, 1, 0), '오늘', 'Today'],
    [at(2026, 1, 28, 23), '어제', 'Yesterday'],
    [at(2026, 1, 27, 23), /^2월 27일 금요일$/, /Friday.*27|27.*Friday/],
    [at(2025, 2, 1), /^2025년 3월 1일 토요일$/, /2025/],
  ] as const) {
    t.match(createI18n(['ko-KR']).day(time, now), ko)
    t.match(createI18n(['en']).day(time, now), en)
  }
})

t.test('numbers in a message get their separators, and what is missing is left out', async t => {
  const { t: words } = createI18n(['ko'])
  t.match(words('reviews.form.invalid.long', { max: 20_000 }), '20,000자')
  t.match(words('reviews.form.invalid.long'), '너무 깁니다. 자까지')
})
