import t from 'tap'
import { TaskView } from '../../public/task/task-view.js'

const start = (attempt: number) => ({ type: 'start', messageMetadata: { taskId: 'x', kind: 'record', attempt } })
const begin = (id: string) => ({ type: 'text-start', id })
const delta = (id: string, delta: string) => ({ type: 'text-delta', id, delta })
const change = (index: number, status: string) => ({ type: 'data-output', data: { index, status } })

function view(...chunks: Record<string, unknown>[]) {
  const view = new TaskView(() => {})
  for (const chunk of chunks) view.apply(chunk)
  return view
}
const texts = (view: TaskView) => view.outputs.map(output => output.text.value)

t.test('a replay of what is shown already changes nothing', async t => {
  const stream = [start(1), begin('0'), delta('0', '가 '), begin('1'), delta('1', '다'), delta('0', ' 라\n')]
  t.same(texts(view(...stream)), ['가  라\n', '다'])
  t.same(texts(view(...stream, ...stream)), ['가  라\n', '다'])
})

t.test('a replayed text is replaced when its first piece comes, and is never blank in between', async t => {
  const shown = view(start(1), begin('0'), delta('0', '가나'))
  shown.apply(begin('0'))
  t.same(texts(shown), ['가나'])
  shown.apply(delta('0', '다'))
  t.same(texts(shown), ['다'])
})

t.test('a replayed text that turned out empty is cleared at its end', async t => {
  t.same(texts(view(start(1), begin('0'), delta('0', '가'), begin('0'), { type: 'text-end', id: '0' })), [''])
})

t.test('a restarted output loses its text at once, the others keep theirs', async t => {
  const shown = view(start(1), begin('0'), delta('0', '가'), begin('1'), delta('1', '나'), change(0, 'restarted'))
  t.same(texts(shown), ['', '나'])
  t.equal(shown.outputs[0]?.status, 'running')
})

t.test('an output that waits to be written again has lost its text, whatever the server keeps of it', async t => {
  const shown = view(start(1), begin('0'), delta('0', '가'), begin('1'), delta('1', '나'))
  const task = { id: 'x', kind: 'record', status: 'queued' as const, attempt: 1, createdAt: '2026-01-01T00:00:00Z' }
  const outputs = [
    { index: 0, status: 'pending' as const, text: '가' },
    { index: 1, status: 'completed' as const, text: '나' },
  ]
  shown.snapshot({ ...task, outputs })
  t.same(texts(shown), ['', '나'])
})

t.test('a reset voids everything that was shown', async t => {
  const reset = { type: 'data-reset', data: { reason: 'new-attempt' }, transient: true }
  const shown = view(start(1), begin('0'), delta('0', '가'), change(0, 'completed'), reset)
  t.same(texts(shown), [''])
  t.equal(shown.outputs[0]?.status, 'pending')
  t.ok(shown.interrupted)
})

const question = (index: number, question: string) => ({
  type: 'data-question',
  id: `question-${index}`,
  data: { index, question },
})

t.test('what a kind adds is kept by type and id, the newest of each in the order of the first', async t => {
  const shown = view(start(1), question(0, '가'), question(1, '나'), { type: 'data-other', data: 1 }, question(0, '다'))
  t.same(shown.dataOf('data-question'), [
    { index: 0, question: '다' },
    { index: 1, question: '나' },
  ])
  t.same(shown.dataOf('data-nothing'), [])
})

t.test('what is withdrawn is not shown, unless another one takes its place', async t => {
  const withdrawn = (index: number) => ({
    type: 'data-question',
    id: `question-${index}`,
    data: { index, withdrawn: true },
  })
  const shown = view(start(1), question(0, '가'), question(1, '나'), withdrawn(0), withdrawn(1))
  t.same(shown.dataOf('data-question'), [])
  shown.apply(question(0, '다'))
  t.same(shown.dataOf('data-question'), [{ index: 0, question: '다' }])
})

t.test('what a kind added stays over a replay, and is void with a reset or in another attempt', async t => {
  const shown = view(start(1), question(0, '가'))
  shown.apply(start(1))
  t.equal(shown.dataOf('data-question').length, 1)
  shown.apply(start(2))
  t.same(shown.dataOf('data-question'), [])

  const reset = { type: 'data-reset', data: { reason: 'new-attempt' }, transient: true }
  t.same(view(start(1), question(0, '가'), reset).dataOf('data-question'), [])

  const retried = view(start(1), question(0, '가'))
  retried.restart(0)
  t.same(retried.dataOf('data-question'), [])
})

t.test('chunks that are not of the wire and of no kind are skipped', async t => {
  t.same(texts(view(start(1), { type: 'unknown' }, begin('0'), delta('0', '가'))), ['가'])
})
