import t from 'tap'
import { acceptedInput } from '../../../src/kinds/records/accepted.ts'
import { categories, schoolLevels } from '../../../src/kinds/records/category.ts'

const asked = { category: 'behaviour', observations: '청소를 도맡아 함.' } as const
const winter = new Date('2027-02-01T00:00:00Z')

t.test('a request is kept with its school level and the present school year, or those it names', async t => {
  t.same(acceptedInput(asked, winter), { ...asked, schoolLevel: 'high', schoolYear: 2026 })
  const named = { ...asked, schoolLevel: 'middle', schoolYear: 2024 } as const
  t.same(acceptedInput(named, winter), named)
})

t.test('a target above the limit is the limit; one below it stays, and so does any without a limit', async t => {
  const target = (targetBytes: number, more = {}) =>
    acceptedInput({ ...asked, targetBytes, ...more }, winter).targetBytes
  t.equal(target(1500), 900)
  t.equal(target(901), 900)
  t.equal(target(400), 400)
  t.equal(target(1500, { schoolYear: 2025 }), 1500)
  t.equal(target(9000, { schoolLevel: 'elementary' }), 9000)
})

t.test('a part that the level does not have is refused, with the parts it has', async t => {
  const refused = schoolLevels.flatMap(schoolLevel =>
    categories.flatMap(category => {
      try {
        acceptedInput({ ...asked, category, schoolLevel })
        return []
      } catch (error) {
        t.match(error, { status: 422, code: 'no-such-part', extensions: { schoolLevel, category } })
        return [`${schoolLevel} ${category}`]
      }
    }),
  )
  t.same(refused, [
    'high autonomy-club',
    'middle autonomy-club',
    'elementary individual',
    'elementary autonomy',
    'elementary club',
  ])
})
