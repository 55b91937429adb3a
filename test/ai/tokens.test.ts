import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import t from 'tap'
import { estimateUsage, tokenCounter } from '../../src/ai/tokens.ts'

const korean = '자료를 모아 교통 신호 시간을 조정하는 모형을 만들고, 모둠원의 질문에 근거를 들어 답함. '

t.test('the tokenizer gives the same count, for texts of any length with spaces in them', async t => {
  for (const text of ['', 'a', '안녕하세요', korean.repeat(100), 'The quick brown fox.\n\n'.repeat(300)])
    t.same(await estimateUsage([], text), { inputTokens: 3, outputTokens: countTokens(text), estimated: true })
})

t.test('each message costs a little more than its text', async t => {
  const messages = [
    { role: 'system' as const, content: korean },
    { role: 'user' as const, content: '써 줘' },
  ]
  const { inputTokens } = await estimateUsage(messages, '')
  t.equal(inputTokens, countTokens(korean) + countTokens('써 줘') + 3 * 3)
})

t.test('words that look like control tokens are counted, not obeyed or refused', async t => {
  t.ok((await estimateUsage([], '<|endoftext|> 끝')).outputTokens > 1)
})

t.test('a run without spaces, and a text without end, are counted in pieces', async t => {
  const run = (await estimateUsage([], 'ㅋ'.repeat(20_000))).outputTokens
  const exact = countTokens('ㅋ'.repeat(2000)) * 10
  t.ok(Math.abs(run - exact) / exact < 0.02, `${run} instead of ${exact}`)
  const long = (await estimateUsage([], korean.repeat(100_000))).outputTokens
  const whole = countTokens(korean.repeat(100)) * 1000
  t.ok(Math.abs(long - whole) / whole < 0.02, `${long} instead of ${whole}`)
})

t.test('a counter counts like the estimate', async t => {
  const count = await tokenCounter()
  for (const text of ['', korean, 'ㅋ'.repeat(20_000)])
    t.equal(count(text), (await estimateUsage([], text)).outputTokens)
})
