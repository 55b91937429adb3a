import t from 'tap'
import { partsOf as partsOnPage } from '../../../public/records/limits.js'
import { neisBytes } from '../../../src/kinds/records/bytes.ts'
import { type Category, nameOf, schoolLevels } from '../../../src/kinds/records/category.ts'
import { isPart, limitFor, limits, newestGuide, partsOf } from '../../../src/kinds/records/limits.ts'

const bytesOf = (schoolLevel: (typeof schoolLevels)[number], schoolYear: number) =>
  Object.fromEntries(
    partsOf(schoolLevel).map(category => [category, limitFor({ category, schoolLevel, schoolYear }).bytes]),
  )
const high = { subject: 1500, individual: 1500, autonomy: 1500, club: 1500, volunteer: 150, attendance: 1500 }

t.test('each level has its parts and limits of 2026', async t => {
  t.same(bytesOf('high', 2026), { ...high, behaviour: 900, career: 1500 })
  t.same(bytesOf('middle', 2026), { ...high, behaviour: 1500, career: 2100 })
  t.same(bytesOf('elementary', 2026), {
    subject: null,
    behaviour: null,
    'autonomy-club': null,
    career: null,
    volunteer: 150,
    attendance: 1500,
  })
})

t.test(
  'the school year chooses the row: before the table the oldest, after it the newest, which is assumed',
  async t => {
    for (const [schoolYear, behaviour, career] of [
      [2000, 1500, 2100],
      [2022, 1500, 2100],
      [2025, 1500, 2100],
      [2026, 900, 1500],
      [2027, 900, 1500],
      [2100, 900, 1500],
    ] as const) {
      const of = (category: Category) => limitFor({ category, schoolLevel: 'high', schoolYear })
      t.match(of('behaviour'), { bytes: behaviour, assumed: schoolYear > 2026 }, String(schoolYear))
      t.match(of('career'), { bytes: career, assumed: schoolYear > 2026 })
    }
    t.equal(limitFor({ category: 'volunteer', schoolLevel: 'high', schoolYear: 2010 }).bytes, 150)
  },
)

t.test('what was written before there were levels and years keeps its limits', async t => {
  const before = { subject: 1500, individual: 1500, behaviour: 1500, autonomy: 1500, club: 1500, career: 2100 }
  for (const [category, bytes] of Object.entries(before))
    t.match(limitFor({ category: category as Category }), { bytes, schoolLevel: 'high', since: 2022, assumed: false })
})

t.test('the bytes of every row are those of its characters in Hangul', async t => {
  for (const { bytes, characters } of limits)
    t.equal(bytes, characters === null ? null : neisBytes('가'.repeat(characters)))
})

t.test('every row says since when and from where; only what a guide says is quoted', async t => {
  for (const { since, source, page, verified, schoolLevel } of limits) {
    t.ok(since >= 2022 && since <= newestGuide)
    t.ok(source)
    t.equal(verified, page === null ? 'reported' : 'quoted')
    if (schoolLevel === 'middle') t.equal(verified, 'reported')
  }
})

t.test('rows of one part come oldest first, as they are searched', async t => {
  for (const [index, row] of limits.entries()) {
    const after = limits.slice(index + 1).filter(({ category }) => category === row.category)
    t.notOk(after.some(({ schoolLevel, since }) => schoolLevel === row.schoolLevel && since <= row.since))
  }
})

t.test('a part that a level does not have is a fault, not a missing limit', async t => {
  for (const category of ['autonomy', 'club', 'individual'] as const) {
    t.notOk(isPart({ category, schoolLevel: 'elementary' }))
    t.throws(() => limitFor({ category, schoolLevel: 'elementary' }), RangeError)
  }
  for (const schoolLevel of ['high', 'middle'] as const) t.notOk(isPart({ category: 'autonomy-club', schoolLevel }))
  t.throws(() => limitFor({ category: 'awards' as Category }), RangeError)
})

t.test('every part has its names, in elementary schools those of there', async t => {
  for (const level of schoolLevels)
    for (const category of partsOf(level)) t.ok(nameOf(category, level).ko && nameOf(category, level).en)
  t.equal(nameOf('subject', 'elementary').ko, '성취수준 및 특기사항')
  t.equal(nameOf('subject', 'high').ko, '과목별 세부능력 및 특기사항')
})

t.test('the page chooses the same rows', async t => {
  const given = {
    items: limits.map(row => ({ ...row, note: null, names: nameOf(row.category), assumed: false })),
    newestGuide,
    schoolYear: 2026,
    emphases: [],
  }
  for (const level of schoolLevels)
    for (const year of [2000, 2022, 2025, 2026, 2027, 2100])
      t.same(
        partsOnPage(given, level, year).map(({ category, bytes, since, assumed }) => [category, bytes, since, assumed]),
        partsOf(level).map(category => {
          const { bytes, since, assumed } = limitFor({ category, schoolLevel: level, schoolYear: year })
          return [category, bytes, since, assumed]
        }),
      )
})
