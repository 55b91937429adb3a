import t from 'tap'
import type { Static } from 'typebox'
import type { RecordInput } from '../../../src/kinds/records/input.ts'
import type { StoredRecord } from '../../../src/kinds/records/store.ts'
import { viewRecord } from '../../../src/kinds/records/view.ts'
import type { TaskOfKind } from '../../../src/tasks/store/of-kind.ts'
import type { TaskRow } from '../../../src/tasks/store/rows.ts'

const record: StoredRecord = {
  category: 'subject',
  subject: undefined,
  label: undefined,
  targetBytes: undefined,
  schoolLevel: undefined,
  schoolYear: undefined,
  damaged: false,
}
const task = {
  id: '0198c6a2-0000-7000-8000-000000000000',
  status: 'completed',
  createdAt: new Date('2026-03-02T00:00:00Z'),
} as TaskRow
/** The task of a record whose request has only the required members. */
const written = (...texts: string[]): TaskOfKind<Static<typeof RecordInput>> => ({
  id: task.id,
  task,
  input: { category: 'club', observations: '관찰함.' },
  outputs: texts.map((text, index) => ({ index, text, status: 'completed', cancelRequested: false })),
})

t.test('a member that was not given is null, and nothing is saved before it is confirmed', async t => {
  t.match(viewRecord(written(), record, undefined), {
    subject: null,
    label: null,
    targetBytes: null,
    limit: { characters: 500, bytes: 1500 },
    createdAt: '2026-03-02T00:00:00.000Z',
    versions: [],
    saved: null,
  })
})

t.test('a record that is older than levels and years keeps its limit; a newer one names its guide', async t => {
  const shown = (more: Partial<StoredRecord>) =>
    viewRecord(written(), { ...record, category: 'behaviour', ...more }, undefined)
  t.match(shown({}), {
    schoolLevel: 'high',
    schoolYear: null,
    limit: { bytes: 1500, since: 2022, verified: 'reported' },
  })
  const high = { schoolLevel: 'high', schoolYear: 2026 } as const
  t.match(shown(high), { ...high, limit: { bytes: 900, since: 2026, page: 208, verified: 'quoted', assumed: false } })
  t.match(shown({ ...high, schoolYear: 2030 }), { limit: { bytes: 900, assumed: true } })
  t.match(shown({ schoolLevel: 'elementary', schoolYear: 2026 }), { limit: null })
})

t.test('each version has its size, its excess over the target and its flagged passages', async t => {
  const { versions } = viewRecord(written('가'.repeat(34), '토플을 봄.'), { ...record, targetBytes: 100 }, undefined)
  t.match(versions, [
    { output: 0, status: 'completed', bytes: 102, overBy: 2, marks: [] },
    { output: 1, bytes: 14, overBy: 0, marks: [{ text: '토플' }] },
  ])
  t.notOk('limit' in (versions[0] ?? {}), 'the limit is stated once, for the record')
})

t.test('the confirmed text is measured as it is, beside the original', async t => {
  const { saved } = viewRecord(written('원래 글.'), record, {
    output: 0,
    original: '원래 글.',
    text: '고친 글과 토익.',
    despite: '작품 이름이다.',
    confirmedAt: new Date('2026-03-03T00:00:00Z'),
    damaged: false,
  })
  t.match(saved, {
    output: 0,
    original: '원래 글.',
    text: '고친 글과 토익.',
    despite: '작품 이름이다.',
    bytes: 6 * 3 + 2 + 1,
    findings: [{ rule: 'language-test', kind: 'ban', text: '토익' }],
    marks: [{ text: '토익' }],
    confirmedAt: '2026-03-03T00:00:00.000Z',
  })
})

t.test('a record without text yet is described by its request', async t => {
  t.match(viewRecord(written(), undefined, undefined), { category: 'club', subject: null, status: 'completed' })
})

t.test('a record that a process of the version before stored has the year of its request', async t => {
  const asked = written()
  const input = { category: 'behaviour', observations: '관찰함.', schoolLevel: 'high', schoolYear: 2026 } as const
  const view = viewRecord({ ...asked, input }, { ...record, category: 'behaviour' }, undefined)
  t.match(view, { schoolYear: 2026, limit: { bytes: 900 } })
})

t.test('in a list a text has its first findings, without replacements', async t => {
  const of = written('파워포인트로 발표함. '.repeat(30))
  const [whole, brief] = [viewRecord(of, record, undefined), viewRecord(of, record, undefined, { brief: true })]
  t.equal(whole.versions[0]?.findings.length, 30)
  t.ok(whole.versions[0]?.findings.every(({ replacement }) => replacement))
  t.equal(brief.versions[0]?.findings.length, 20)
  t.notOk(brief.versions[0]?.findings.some(({ replacement }) => replacement))
})
