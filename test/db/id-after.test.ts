import t from 'tap'
import { validate, version } from 'uuid'
import { idAfter } from '../../src/db/id-after.ts'

t.test('an id is greater than the one before, also when that one was made by a clock that was ahead', t => {
  const ahead = '01f00000-0000-7fff-bfff-ffffffffffff'
  const ids = [ahead]
  for (let count = 0; count < 100; count++) ids.push(idAfter(ids.at(-1)))
  t.same(ids.toSorted(), ids)
  t.equal(new Set(ids).size, 101)
  t.ok(ids.every(id => validate(id) && version(id) === 7))
  const usual = idAfter(undefined)
  t.ok(usual < ahead)
  t.ok(idAfter(usual) > usual)
  t.end()
})
