import t from 'tap'
import { readSaid } from '../../src/ai/message-content.ts'

const nothing = { content: '', refusal: '', reasoning: false, thoughts: '' }

t.test('content is a string, or parts', async t => {
  for (const [content, said] of [
    ['글', { content: '글' }],
    [null, {}],
    [undefined, {}],
    [7, {}],
    [[], {}],
    [[null, 7, {}, { type: 'text' }, { type: 'text', text: 7 }], {}],
    [
      [{ type: 'text', text: '하' }, '호', { text: '히' }, { type: 'output_text', text: '후' }],
      { content: '하호히후' },
    ],
    [{ type: 'text', text: '하' }, { content: '하' }],
    [[{ type: 'refusal', refusal: '안 됨' }], { refusal: '안 됨' }],
    [
      [
        { type: 'thinking', thinking: [{ type: 'text', text: '음' }] },
        { type: 'text', text: '하' },
      ],
      { content: '하', reasoning: true, thoughts: '음' },
    ],
    [[{ type: 'reasoning', text: '음' }], { reasoning: true, thoughts: '음' }],
    [[{ type: 'reasoning', summary: [{ type: 'summary_text', text: '음' }] }], { reasoning: true, thoughts: '음' }],
    [[{ type: 'redacted_thinking', data: 'SECRET' }], { reasoning: true }],
    [
      [{ type: 'reference', reference_ids: [1] }, { type: 'image_url' }, { type: 'image_url' }, { type: {} }],
      { leftOut: ['reference', 'image_url', 'unnamed'] },
    ],
    [[{ type: 'sk-secret of someone' }], { leftOut: ['unnamed'] }],
  ] as const)
    t.same(readSaid({ content }), { ...nothing, ...said }, JSON.stringify(content))
})

t.test('reasoning has many names, and is counted once', async t => {
  for (const [message, thoughts] of [
    [{ reasoning: '음' }, '음'],
    [{ reasoning_content: '음' }, '음'],
    [{ reasoning_text: '음' }, '음'],
    [{ thinking: '음' }, '음'],
    [{ reasoning: '음', reasoning_details: [{ type: 'reasoning.text', text: '음' }] }, '음'],
    [{ reasoning_details: [{ type: 'reasoning.summary', summary: '음' }] }, '음'],
    [{ thinking_blocks: [{ type: 'thinking', thinking: '음' }] }, '음'],
    [{ reasoning: { content: 7 } }, ''],
  ] as const)
    t.same(readSaid({ ...message, content: null }), { ...nothing, reasoning: true, thoughts }, JSON.stringify(message))
  for (const none of [{ reasoning: '' }, { reasoning: null }, { reasoning_details: [] }, { thinking: false }])
    t.same(readSaid(none), nothing, JSON.stringify(none))
})

t.test('parts of any depth and number name no more types than are logged', async t => {
  let deep: unknown = '음'
  for (let depth = 0; depth < 1_000; depth++) deep = [deep]
  t.match(readSaid({ content: [{ type: 'thinking', thinking: deep }] }), { reasoning: true, thoughts: '' })
  const many = Array.from({ length: 100 }, (_, index) => ({ type: `kind-${index}` }))
  t.equal(readSaid({ content: many }).leftOut?.length, 10)
})
