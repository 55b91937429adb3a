import t from 'tap'
import type { StoredRecord } from '../../src/records/store.ts'
import { viewRecord } from '../../src/records/view.ts'
import type { StoredOutput } from '../../src/tasks/rows.ts'

const record: StoredRecord = {
  id: '0198c6a2-0000-7000-8000-000000000000',
  category: 'subject',
  subject: undefined,
  label: undefined,
  targetBytes: undefined,
  createdAt: new Date('2026-03-02T00:00:00Z'),
}
const output = (index: number, text: string): StoredOutput => ({
  index,
  text,
  status: 'completed',
  cancelRequested: false,
})

t.test('what was not given is null, and nothing is saved before it is confirmed', async t => {
  t.match(viewRecord(record, [], undefined), {
    subject: null,
    label: null,
    targetBytes: null,
    limit: { characters: 500, bytes: 1500 },
    createdAt: '2026-03-02T00:00:00.000Z',
    versions: [],
    saved: null,
  })
})

t.test('each version has its size, its excess over the target and its marks', async t => {
  const { versions } = viewRecord(
    { ...record, targetBytes: 100 },
    [output(0, '가'.repeat(34)), output(1, '토플을 봄.')],
    undefined,
  )
  t.match(versions, [
    { output: 0, status: 'completed', bytes: 102, overBy: 2, marks: [] },
    { output: 1, bytes: 14, overBy: 0, marks: [{ text: '토플' }] },
  ])
  t.notOk('limit' in (versions[0] ?? {}), 'the limit is said once, of the record')
})

t.test('the confirmed text is measured as it is, beside the original', async t => {
  const { saved } = viewRecord(record, [output(0, '원래 글.')], {
    output: 0,
    original: '원래 글.',
    text: '고친 글과 토익.',
    confirmedAt: new Date('2026-03-03T00:00:00Z'),
  })
  t.match(saved, {
    output: 0,
    original: '원래 글.',
    text: '고친 글과 토익.',
    bytes: 6 * 3 + 2 + 1,
    marks: [{ text: '토익' }],
    confirmedAt: '2026-03-03T00:00:00.000Z',
  })
})
