import t from 'tap'
import { limitList } from '../../../src/kinds/records/limit-list.ts'

t.test('pages of the version before find one present row of each part that they know', async t => {
  const current = limitList().items.filter(item => item.current)
  t.same(current.map(({ category }) => category).sort(), [
    'autonomy',
    'behaviour',
    'career',
    'club',
    'individual',
    'subject',
  ])
  t.ok(current.every(({ schoolLevel }) => schoolLevel === 'high'))
  t.equal(current.find(({ category }) => category === 'behaviour')?.bytes, 900)
})
