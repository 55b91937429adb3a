import t from 'tap'
import type { Completion } from '../../../src/ai/completion.ts'
import { classifyCompletion } from '../../../src/tasks/run/classify-completion.ts'

const detail = 'no text for 60 s'

for (const [completion, withText, without] of [
  [
    { outcome: 'completed' },
    { status: 'completed', finishReason: 'stop' },
    { status: 'failed', error: { code: 'empty' } },
  ],
  [{ outcome: 'aborted' }, { status: 'cancelled' }, { status: 'cancelled' }],
  [
    { outcome: 'refused', words: 'I cannot.' },
    { status: 'failed', error: { code: 'refused', detail: 'I cannot.' } },
    { status: 'failed', error: { code: 'refused', detail: 'I cannot.' } },
  ],
  [
    { outcome: 'length' },
    { status: 'incomplete', finishReason: 'length', error: undefined },
    { status: 'failed', finishReason: 'length', error: { code: 'length', detail: /before writing anything/ } },
  ],
  [
    { outcome: 'content-filter' },
    { status: 'incomplete', finishReason: 'content-filter', error: undefined },
    { status: 'failed', finishReason: 'content-filter', error: { code: 'content-filter' } },
  ],
  [
    { outcome: 'other', detail },
    { status: 'incomplete', finishReason: 'other', error: { code: 'other', detail: 'No text for 60 s.' } },
    { status: 'failed', finishReason: 'other', error: { code: 'other' } },
  ],
  [
    { outcome: 'stalled', reason: 'idle', detail },
    { status: 'incomplete', error: { code: 'stalled', detail: 'No text for 60 s.' } },
    { status: 'failed', error: { code: 'stalled', detail: 'No text for 60 s.' } },
  ],
] satisfies [Completion, object, object][]) {
  t.test(`${completion.outcome}: with text and without`, t => {
    t.match(classifyCompletion(completion, true), withText)
    t.match(classifyCompletion(completion, false), without)
    t.end()
  })
}
