import t, { type Test } from 'tap'
import { neisBytes } from '../../../src/kinds/records/bytes.ts'
import { limits, partsOf } from '../../../src/kinds/records/limits.ts'
import { schoolYearOf } from '../../../src/kinds/records/school-year.ts'
import { anyRecord } from '../../support/any-record.ts'
import { startConch } from '../../support/conch.ts'
import { pagesOf } from '../../support/pages.ts'
import { type Script, startUpstream } from '../../support/upstream.ts'
import type { Visitor } from '../../support/visitor.ts'

interface RecordBody {
  request?: object | null
  id: string
  status: string
  subject: string | null
  label: string | null
  versions: { output: number; status: string; text: string; bytes: number; overBy: number; marks: unknown[] }[]
  saved: { output: number; text: string; original: string; bytes: number; marks: unknown[]; confirmedAt: string } | null
}
type List = { items: RecordBody[]; nextCursor: string | null }

const unknownId = '01987fff-0000-7000-8000-000000000000'

let shared: Awaited<ReturnType<typeof own>>
t.before(async () => {
  shared = await own(t)
})

t.test('every category is written, in the requested number of versions', async t => {
  const { visitor } = conchWith()
  for (const [index, category] of partsOf('high').entries()) {
    const id = await visitor.record({ ...anyRecord, category, versions: (index % 5) + 1 })
    await visitor.finished(id)
    const { status, body } = await visitor.json<RecordBody>('GET', `/api/records/${id}`)
    t.equal(status, 200)
    const guide = { schoolLevel: 'high', schoolYear: schoolYearOf(new Date()) }
    t.match(body, { id, category, ...guide, targetBytes: null, label: null, saved: null })
    t.same(
      body.versions.map(({ output, status, text }) => ({ output, status, text })),
      Array.from({ length: (index % 5) + 1 }, (_, output) => ({ output, status: 'completed', text: '안녕하세요' })),
    )
  }
})

t.test('marks of Markdown are streamed, but neither saved nor counted, and the original is kept', async t => {
  const written = '## 탐구\n\n**모형**을 만들고 `식`을 세움.'
  const { visitor, upstream } = conchWith(completion => completion.delta(...(written.match(/.{1,3}/gs) ?? [])).finish())
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(id)
  const read = async () => (await visitor.json<RecordBody>('GET', `/api/records/${id}`)).body.versions
  const plain = '탐구\n\n모형을 만들고 식을 세움.'
  t.match(await read(), [{ text: plain, original: written, bytes: neisBytes(plain) }])
  t.match(await visitor.task(id), { outputs: [{ text: plain }] })
  await visitor.json('PUT', `/api/records/${id}`, { output: 0, text: plain, confirmed: true })
  t.match(await read(), [{ original: written }], 'also once it is confirmed')

  upstream.answer(completion => completion.delta('표 없이 씀. 3*4*5').finish())
  await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  await visitor.finished(id)
  const [again] = await read()
  t.match(again, { text: '표 없이 씀. 3*4*5' })
  t.notOk('original' in (again ?? {}), 'a text without marks is the original')
})

t.test('a mistake in a request is pointed at, and no task is created', async t => {
  const { visitor, upstream } = conchWith()
  const wrong: [object, string][] = [
    [{ versions: 0 }, '/versions'],
    [{ versions: 6 }, '/versions'],
    [{ versions: '3' }, '/versions'],
    [{ observations: ' \n' }, '/observations'],
    [{ observations: undefined }, '/observations'],
    [{ category: 'awards' }, '/category'],
    [{ keywords: ['a', 1] }, '/keywords/1'],
    [{ observation: 'x' }, '/observation'],
  ]
  for (const [members, pointer] of wrong) {
    const { status, headers, body } = await visitor.json('POST', '/api/records', { ...anyRecord, ...members })
    t.equal(status, 400, pointer)
    t.match(headers.get('content-type'), /^application\/problem\+json/)
    t.match(body, { code: 'invalid-request', errors: [{ pointer }] })
  }
  t.same((await visitor.json<List>('GET', '/api/tasks')).body.items, [])
  t.equal(upstream.completions.length, 0)
})

t.test('odd characters are returned as they were sent, and 20,000 of them fit', async t => {
  const { visitor, upstream } = conchWith()
  const odd = '\u0000\ud800 \udc00 가\u2028🌊"\\'
  const observations = `${odd}${'나'.repeat(20_000 - [...odd].length)}`
  const id = await visitor.record({
    ...anyRecord,
    observations,
    subject: odd,
    label: odd,
    tone: odd,
    keywords: [odd],
    versions: 1,
  })
  await visitor.finished(id)
  const { body } = await visitor.json<RecordBody>('GET', `/api/records/${id}`)
  t.equal(body.subject, odd)
  t.equal(body.label, odd)
  const prompt = upstream.completions[0]?.body.messages.map(({ content }) => content).join('') ?? ''
  t.ok(prompt.includes('나'.repeat(19_000)), 'the model got all of it')
  t.ok(prompt.isWellFormed())
})

t.test('a record has the school level and year that it was asked with, and their limit', async t => {
  const { visitor } = conchWith()
  const guide = { category: 'behaviour', schoolLevel: 'high', schoolYear: 2026 } as const
  const id = await visitor.record({ ...anyRecord, ...guide, targetBytes: 1000, versions: 1 })
  await visitor.finished(id)
  const { body } = await visitor.json('GET', `/api/records/${id}`)
  t.match(body, { ...guide, targetBytes: 900, limit: { bytes: 900, page: 208, verified: 'quoted', assumed: false } })
  const free = await visitor.record({ ...anyRecord, category: 'autonomy-club', schoolLevel: 'elementary', versions: 1 })
  await visitor.finished(free)
  t.match((await visitor.json('GET', `/api/records/${free}`)).body, { schoolLevel: 'elementary', limit: null })
  t.match((await confirm(visitor, free, { text: '가'.repeat(3000) })).body, { saved: { bytes: 9000, overBy: 0 } })
})

t.test('a part that the school level does not have is refused, and no task is created', async t => {
  const { visitor } = conchWith()
  const wrong = { category: 'club', schoolLevel: 'elementary' }
  for (const [path, body] of [
    ['records', { ...anyRecord, ...wrong }],
    ['records/check', { ...wrong, text: '글' }],
  ] as const) {
    const refused = await visitor.json('POST', `/api/${path}`, body)
    t.match(refused.body, { status: 422, code: 'no-such-part', ...wrong, parts: partsOf('elementary') })
  }
  t.same((await visitor.json<List>('GET', '/api/tasks')).body.items, [])
})

t.test('the label is never sent to the model', async t => {
  const { visitor, upstream } = conchWith()
  const id = await visitor.record({ ...anyRecord, label: '2-3-15-은하' })
  await visitor.finished(id)
  t.equal(upstream.completions.length, 3)
  for (const { body } of upstream.completions) t.notMatch(JSON.stringify(body), '은하')
  t.match((await visitor.json('GET', `/api/records/${id}`)).body, { label: '2-3-15-은하' })
})

t.test('the server computes size and flagged passages, and the smaller target is the limit', async t => {
  const { visitor } = conchWith(completion => completion.delta(`${'가'.repeat(40)} 토익.`).finish())
  const id = await visitor.record({ ...anyRecord, targetBytes: 120, versions: 1 })
  await visitor.finished(id)
  const { body } = await visitor.json<RecordBody>('GET', `/api/records/${id}`)
  t.match(body.versions, [{ bytes: 128, overBy: 8, marks: [{ start: 41, end: 43, text: '토익' }] }])
  t.match(body, { targetBytes: 120, limit: { bytes: 1500 } })
})

t.test('a record exists from the moment of its request; it can be confirmed once it has text', async t => {
  const { visitor, upstream } = conchWith(completion => completion.delta('글'))
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await upstream.requested(1)
  const before = await visitor.json<RecordBody>('GET', `/api/records/${id}`)
  t.equal(before.status, 200)
  t.match(before.body, {
    ...anyRecord,
    observations: undefined,
    status: 'running',
    versions: [{ text: '' }],
    saved: null,
    request: { ...anyRecord, versions: 1 },
  })
  t.match(await confirm(visitor, id, {}), { status: 409, body: { code: 'record-without-text' } })
  const { request: _, ...listed } = before.body
  t.same((await visitor.json<List>('GET', '/api/records')).body.items, [listed], 'a list says less')
  upstream.completions[0]?.finish()
  await visitor.finished(id)
  const asked = { ...anyRecord, versions: 1 }
  const ended = { status: 'completed', versions: [{ text: '글' }], request: asked }
  t.match((await visitor.json('GET', `/api/records/${id}`)).body, ended)
  t.match((await confirm(visitor, id, {})).body, { request: asked }, 'also when it was confirmed')
})

t.test('the list is newest first, page by page, and shows what was saved', async t => {
  const { visitor } = conchWith()
  const ids: string[] = []
  for (let index = 0; index < 5; index++) ids.unshift(await visitor.record({ ...anyRecord, versions: 1 }))
  await Promise.all(ids.map(id => visitor.finished(id)))
  await confirm(visitor, ids[1] as string, { text: '고른 글' })
  const pages = await pagesOf<RecordBody>(visitor, '/api/records', 2)
  t.same(
    pages.map(({ length }) => length),
    [2, 2, 1],
  )
  t.same(
    pages.flat().map(({ id, saved }) => [id, saved?.text]),
    ids.map((id, index) => [id, index === 1 ? '고른 글' : undefined]),
  )
  t.equal((await visitor.json<List>('GET', `/api/records?limit=5`)).body.nextCursor, null)
})

t.test('a list refuses a cursor or size that it does not issue', async t => {
  const { visitor } = conchWith()
  t.match((await visitor.json('GET', '/api/records?cursor=nonsense')).body, { status: 400, code: 'invalid-cursor' })
  for (const limit of ['0', '101', '-1', '1.5', 'x', '']) {
    const { body } = await visitor.json('GET', `/api/records?limit=${limit}`)
    t.match(body, { status: 400, code: 'invalid-request', errors: [{ in: 'query', pointer: '/limit' }] }, limit)
  }
  t.same((await visitor.json('GET', `/api/records?cursor=${unknownId}`)).body, { items: [], nextCursor: null })
})

t.test("another owner's record does not exist, to read or to change", async t => {
  const { conch, visitor } = conchWith()
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(id)
  const other = conch.visitor()
  for (const theirs of [id, unknownId, 'nonsense', '%00']) {
    t.match((await other.json('GET', `/api/records/${theirs}`)).body, { status: 404, code: 'record-not-found' })
    t.match((await confirm(other, theirs, {})).body, { status: 404, code: 'record-not-found' })
  }
  t.same((await other.json<List>('GET', '/api/records')).body.items, [])
  t.same((await other.json<List>('GET', `/api/records?cursor=${unknownId}`)).body.items, [])
  t.match((await visitor.json('GET', `/api/records/${id}`)).body, { saved: null })
})

t.test('a text is saved only by a teacher who answers for it', async t => {
  const { visitor } = conchWith()
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(id)
  const wrong: [object, string][] = [
    [{ confirmed: undefined }, '/confirmed'],
    [{ confirmed: false }, '/confirmed'],
    [{ confirmed: 'true' }, '/confirmed'],
    [{ confirmed: 1 }, '/confirmed'],
    [{ text: undefined }, '/text'],
    [{ text: '' }, '/text'],
    [{ text: ' \n' }, '/text'],
    [{ text: '가'.repeat(20_001) }, '/text'],
    [{ output: undefined }, '/output'],
    [{ output: -1 }, '/output'],
    [{ output: '0' }, '/output'],
    [{ allowOverLimit: 'true' }, '/allowOverLimit'],
    [{ despite: '' }, '/despite'],
    [{ despite: ' \n' }, '/despite'],
    [{ despite: '가'.repeat(501) }, '/despite'],
    [{ findings: [] }, '/findings'],
    [{ bytes: 1 }, '/bytes'],
    [{ marks: [] }, '/marks'],
    [{ original: '다른 글' }, '/original'],
  ]
  for (const [members, pointer] of wrong) {
    const { status, body } = await confirm(visitor, id, members)
    t.equal(status, 400, JSON.stringify(members).slice(0, 40))
    t.match(body, { code: 'invalid-request', errors: [{ pointer }] })
  }
  t.match((await confirm(visitor, id, { output: 1 })).body, { status: 404, code: 'version-not-found' })
  t.match((await confirm(visitor, id, { output: 2 ** 53 })).body, { status: 404, code: 'version-not-found' })
  t.match((await visitor.json('GET', `/api/records/${id}`)).body, { saved: null })
})

t.test('the edit is kept with the version as the model wrote it, measured by the server', async t => {
  const { visitor } = conchWith()
  const id = await visitor.record({ ...anyRecord, versions: 2 })
  await visitor.finished(id)
  const text = '고친 글에 토플이 남음.\u0000\ud800'
  const { status, body } = await confirm<RecordBody>(visitor, id, { output: 1, text, despite: '작품 이름이다.' })
  t.equal(status, 200)
  t.match(body.saved, {
    output: 1,
    text,
    original: '안녕하세요',
    despite: '작품 이름이다.',
    bytes: 9 * 3 + 3 + 1 + 1 + 3,
    findings: [{ rule: 'language-test', strength: 'forbidden', text: '토플' }],
    marks: [{ text: '토플' }],
    confirmedAt: /^\d{4}-\d\d-\d\dT.*Z$/,
  })
  t.same((await visitor.json('GET', `/api/records/${id}`)).body, body)
})

t.test('decomposed Hangul is saved composed, as NEIS counts it', async t => {
  const { visitor } = conchWith()
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(id)
  const text = '각오를 다짐함.'
  const { body } = await confirm<RecordBody>(visitor, id, { text: text.normalize('NFD') })
  t.match(body.saved, { text, bytes: 20 })
})

t.test('a text over the limit is refused with its size, unless the teacher insists', async t => {
  const { visitor } = conchWith()
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  await visitor.finished(id)
  const text = '가'.repeat(501)
  for (const members of [{}, { allowOverLimit: false }]) {
    const refused = await confirm(visitor, id, { text, ...members })
    t.match(refused.body, { status: 422, code: 'over-limit', bytes: 1503, limit: 1500, overBy: 3 })
  }
  t.match((await visitor.json('GET', `/api/records/${id}`)).body, { saved: null })
  t.equal((await confirm(visitor, id, { text: '가'.repeat(500) })).status, 200, 'the limit itself fits')
  t.match((await confirm(visitor, id, { text, allowOverLimit: true })).body, { saved: { text, overBy: 3 } })
})

t.test(
  'a text with what the guide forbids is refused with the findings, unless the teacher says why it stands',
  async t => {
    const { visitor } = conchWith()
    const id = await visitor.record({ ...anyRecord, versions: 1 })
    await visitor.finished(id)
    const text = '토익과 체육대회를 말했음'
    const refused = await confirm(visitor, id, { text, allowOverLimit: true })
    t.match(refused.body, {
      ...{ status: 422, code: 'forbidden-findings' },
      findings: [
        { rule: 'language-test', start: 0, end: 2, text: '토익', source: /./, page: 18, message: { ko: /./ } },
      ],
    })
    t.equal((refused.body as { findings: unknown[] }).findings.length, 1, 'what is only to be checked holds up nothing')
    t.notMatch(String(refused.body.detail), '토익')
    t.match((await visitor.json('GET', `/api/records/${id}`)).body, { saved: null })
    t.equal((await confirm(visitor, id, { text: '체육대회를 말했음' })).status, 200)
    t.match((await confirm(visitor, id, { text, despite: '소설 제목이다.' })).body, {
      saved: { text, despite: '소설 제목이다.' },
    })
    const clean = await confirm(visitor, id, { text: '말함.', despite: '까닭' })
    t.match(clean.body, { saved: { text: '말함.', despite: null } }, 'what needs no reason keeps none')
  },
)

t.test('of several confirmations the last one counts, also of concurrent ones', async t => {
  const { visitor } = conchWith()
  const id = await visitor.record({ ...anyRecord, versions: 3 })
  await visitor.finished(id)
  for (const output of [0, 2, 1]) await confirm(visitor, id, { output, text: `고른 글 ${output}` })
  t.match((await visitor.json('GET', `/api/records/${id}`)).body, { saved: { output: 1, text: '고른 글 1' } })
  const all = await Promise.all(
    Array.from({ length: 10 }, (_, index) => confirm<RecordBody>(visitor, id, { text: `글 ${index}` })),
  )
  for (const [index, { status, body }] of all.entries()) {
    t.equal(status, 200)
    t.equal(body.saved?.text, `글 ${index}`, 'each answer shows what it saved')
  }
  const { body } = await visitor.json<RecordBody>('GET', `/api/records/${id}`)
  t.match(body.saved?.text, /^글 \d$/)
})

t.test('a version retried after it was saved changes the version, not what was saved', async t => {
  const { visitor, upstream } = conchWith()
  const id = await visitor.record({ ...anyRecord, versions: 2 })
  await visitor.finished(id)
  await confirm(visitor, id, { output: 0, text: '고친 글' })
  upstream.answer(completion => completion.delta('새 글'))
  const { status } = await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)
  t.equal(status, 202)
  await upstream.requested(3)
  t.match(
    (await visitor.json('GET', `/api/records/${id}`)).body,
    { saved: { text: '고친 글' } },
    'the confirmed text stays meanwhile',
  )
  upstream.completions[2]?.finish()
  await visitor.finished(id)
  const { body } = await visitor.json<RecordBody>('GET', `/api/records/${id}`)
  t.match(body.versions, [{ text: '새 글' }, { text: '안녕하세요' }])
  t.match(body.saved, { output: 0, text: '고친 글', original: '안녕하세요' })
  t.match((await confirm(visitor, id, { output: 0, text: '새 글' })).body, { saved: { original: '새 글' } })
})

t.test('a record says how its task ended, and why, with text and without any', async t => {
  const { visitor, upstream } = conchWith(completion => completion.delta('반쯤'))
  const cancelled = await visitor.record({ ...anyRecord, versions: 1 })
  const watcher = await visitor.watchTask(cancelled)
  await watcher.until(({ texts }) => texts.get(0) === '반쯤')
  await visitor.json('POST', `/api/tasks/${cancelled}/cancel`)
  await watcher.ended
  const kept = await visitor.json<RecordBody>('GET', `/api/records/${cancelled}`)
  t.match(kept.body, { status: 'cancelled', versions: [{ status: 'cancelled', text: '반쯤' }] })
  upstream.answer(({ response }) => response.writeHead(400).end())
  const failed = await visitor.record({ ...anyRecord, label: '2-3-15', versions: 1 })
  await visitor.finished(failed)
  const without = await visitor.json<RecordBody>('GET', `/api/records/${failed}`)
  t.match(without.body, {
    status: 'failed',
    label: '2-3-15',
    versions: [{ status: 'failed', text: '' }],
    error: { code: 'rejected' },
  })
  t.match(await confirm(visitor, failed, {}), { status: 409, body: { code: 'record-without-text' } })
})

t.test('a text can be checked while it is edited, and nothing is stored', async t => {
  const { visitor } = conchWith()
  const check = (body: object) => visitor.json('POST', '/api/records/check', body)
  const nothing = { bytes: 0, overBy: 0, findings: [], sentences: [], marks: [], limit: 1500 }
  t.same((await check({ category: 'club', text: '' })).body, nothing)
  const whole = await check({
    ...{ category: 'club', schoolLevel: 'elementary', text: '엑셀로 12번 말했음.', observations: '말함.' },
    ...{ category: 'career', schoolYear: 2026, keywords: ['말'] },
  })
  t.match(whole.body, {
    limit: null,
    findings: [
      { rule: 'no-ground', kind: 'ground', strength: 'check' },
      {
        rule: 'company-or-brand',
        kind: 'ban',
        strength: 'forbidden',
        start: 0,
        end: 3,
        replacement: '표 계산 프로그램으로',
      },
      { rule: 'number', kind: 'ground', text: '12', source: /./, page: 27 },
      { rule: 'past-tense', kind: 'form', replacement: '말함', page: null },
    ],
    sentences: [{ start: 0, leansOn: [] }],
    marks: [{ start: 0, end: 3, reason: 'company-or-brand' }],
  })
  t.same((await check({ category: 'club', text: '말했음', form: false })).body, { ...nothing, bytes: 9 })
  t.match((await check({ category: 'career', text: '토익', targetBytes: 100 })).body, {
    bytes: 6,
    limit: 100,
    overBy: 0,
    marks: [{ start: 0, end: 2, text: '토익', reason: 'language-test', message: { ko: /./, en: /./ } }],
  })
  t.match((await check({ category: 'club', text: '\u0000\ud800' })).body, { bytes: 4 })
  for (const [wrong, pointer] of [
    [{ category: 'club' }, '/text'],
    [{ category: 'club', text: '가'.repeat(20_001) }, '/text'],
    [{ text: '' }, '/category'],
    [{ category: 'club', text: '', targetBytes: 99 }, '/targetBytes'],
    [{ category: 'club', text: '', bytes: 0 }, '/bytes'],
    [{ category: 'club', text: '', observations: ' ' }, '/observations'],
    [{ category: 'club', text: '', observations: '가'.repeat(20_001) }, '/observations'],
    [{ category: 'club', text: '', form: 'no' }, '/form'],
  ] as const)
    t.match((await check(wrong)).body, { status: 400, errors: [{ pointer }] })
})

t.test('the limits say their source, the present school year and the newest guide', async t => {
  const { visitor } = conchWith()
  const { body } = await visitor.json<{ items: object[]; emphases: unknown[] }>('GET', '/api/records/limits')
  t.match(body, { schoolYear: schoolYearOf(new Date()), newestGuide: 2026 })
  t.equal(body.items.length, limits.length)
  for (const item of body.items)
    t.match(item, { names: { ko: /./, en: /./ }, since: Number, source: /./, verified: /^(quoted|reported)$/ })
  t.equal(body.emphases.length, 5)
})

/** Confirms version 0 as it is, except for `members`. */
function confirm<Body = Record<string, unknown>>(visitor: Visitor, id: string, members: object) {
  return visitor.json<Body>('PUT', `/api/records/${id}`, { output: 0, text: '안녕하세요', confirmed: true, ...members })
}

/** A new visitor of the file's Conch, whose model gives these answers. */
function conchWith(script?: Script) {
  shared.upstream.reset(script)
  return { ...shared, visitor: shared.conch.visitor() }
}

async function own(t: Test) {
  const upstream = await startUpstream(t)
  return { upstream, conch: await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl }) }
}
