import t from 'tap'
import { withinBudget } from '../../../src/kinds/conversations/context.ts'

const turns = ['하나', '둘', '셋'].map(user => ({ user, assistant: '네' }))
const tenEach = () => 10

t.test('the newest turns that fit are kept, oldest first', async t => {
  for (const [budgetTokens, kept] of [
    [78, ['하나', '둘', '셋']],
    [77, ['둘', '셋']],
    [52, ['둘', '셋']],
    [26, ['셋']],
    [25, []],
  ] as const)
    t.same(
      withinBudget(turns, budgetTokens, tenEach).map(({ user }) => user),
      kept,
      `${budgetTokens} tokens`,
    )
})

t.test('a turn that is too large keeps out all before it', async t => {
  const texts = ['작다', '크다', '작다']
  const given = texts.map(user => ({ user, assistant: '' }))
  t.same(
    withinBudget(given, 50, text => (text === '크다' ? 100 : 1)),
    given.slice(2),
  )
})

t.test('of the turns that do not fit, only the first is counted', async t => {
  let counted = 0
  const many = Array.from({ length: 1000 }, () => ({ user: 'a', assistant: 'b' }))
  withinBudget(many, 100, () => {
    counted += 1
    return 10
  })
  t.equal(counted, 8)
})

t.test('turns without any text take room too', async t => {
  const empty = Array.from({ length: 1000 }, () => ({ user: '', assistant: '' }))
  t.equal(withinBudget(empty, 60, () => 0).length, 10)
})

t.test('a turn keeps its other members, and the given list is not changed', async t => {
  const given = [{ id: 1, user: 'a', assistant: 'b' }]
  t.equal(withinBudget(given, 100, tenEach)[0]?.id, 1)
  t.same(withinBudget([], 100, tenEach), [])
  t.equal(given.length, 1)
})
