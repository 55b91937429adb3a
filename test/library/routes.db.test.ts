import t from 'tap'
import { anyRecord } from '../support/any-record.ts'
import { type Conch, startConch } from '../support/conch.ts'
import { InlineEvents } from '../support/inline-events.ts'
import { Library } from '../support/library.ts'
import { question, quizJson } from '../support/quiz.ts'
import { asksForSummary, Talk } from '../support/talk.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import type { Visitor } from '../support/visitor.ts'

let conch: Conch
let upstream: Upstream
t.before(async () => {
  upstream = await startUpstream(t)
  conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
})

/** From now on the model writes this. */
function says(text: string) {
  upstream.answer(completion => {
    if (completion.body.response_format) completion.delta(quizJson(question(1), question(2))).finish()
    else completion.delta(asksForSummary(completion) ? '요약' : text).finish()
  })
}

async function written(visitor: Visitor, path: string, body: object): Promise<string> {
  const id = await visitor.submit(path, body)
  await visitor.finished(id)
  return id
}

/** A visitor who has one of each kind; the ids oldest first. */
async function oneOfEach() {
  const visitor = conch.visitor()
  const library = new Library(visitor)
  says('신호 체계를 분석함. Node.js로 모의실험을 함.')
  const record = await written(visitor, '/api/records', { ...anyRecord, label: '2-3-15', versions: 2 })
  says('속상했겠어요. 생기부는 잊으세요.')
  const review = await written(visitor, '/api/reviews', { body: '발표를 망쳤다.\n끝.', type: 'FEELING' })
  says('')
  const quiz = await written(visitor, '/api/quizzes', { topic: '태양계', questionCount: 2 })
  const talk = await Talk.begin(visitor)
  says('저도 수영을 좋아해요.')
  await talk.say('요즘 수영을 배워요.')
  const items = await library.has(record, review, quiz, talk.id)
  return { visitor, library, items, talk, ids: { record, review, quiz, conversation: talk.id } }
}

t.test('a text of any kind is in the library', async t => {
  const { items, ids } = await oneOfEach()
  t.same(
    items.map(({ kind, id }) => [kind, id]),
    Object.entries(ids).reverse(),
    'last changed first',
  )
  const [conversation, quiz, review, record] = items
  t.match(record, {
    status: 'completed',
    title: '과목별 세부능력 및 특기사항 · 확률과 통계 · 2-3-15',
    preview: '신호 체계를 분석함. Node.js로 모의실험을 함.',
    match: null,
    sizes: { characters: 58, bytes: 118, count: 2 },
    links: { self: `/api/records/${ids.record}` },
  })
  t.match(review, { status: 'completed', title: '발표를 망쳤다.', preview: '속상했겠어요. 생기부는 잊으세요.' })
  t.match(quiz, { status: 'completed', title: '태양계', preview: '질문 1?', sizes: { count: 2 } })
  t.match(conversation, { status: 'completed', title: '요즘 수영을 배워요.', preview: '저도 수영을 좋아해요.' })
  t.match(conversation, { sizes: { count: 2 }, links: { self: `/api/conversations/${ids.conversation}` } })
})

t.test('a search finds parts of words, in whatever form they are typed', async t => {
  const { library, ids } = await oneOfEach()
  for (const [q, found] of [
    ['생기부', ['review']],
    ['생기부'.normalize('NFD'), ['review']],
    ['생기부는', ['review']],
    ['기부는 잊', ['review']],
    ['기부는  \n 잊', ['review']],
    ['수영을', ['conversation']],
    ['수영', ['conversation']],
    ['NODE.JS', ['record']],
    ['node.js로 모', ['record']],
    ['교통량 자료', ['record']],
    ['통계', ['record']],
    ['태양', ['quiz']],
    ['질문 2?', ['quiz']],
    ['선택지 2-3', ['quiz']],
    ['2-3', ['quiz', 'record']],
    ['발표', ['review', 'record']],
    ['생', ['review']],
    ['부', ['review', 'record']],
    ['을', ['conversation', 'record']],
    ['수영은', []],
    ['영수', []],
    ['생기 부는', []],
    ['%', []],
  ] as [string, (keyof typeof ids)[]][]) {
    t.same(
      await library.search(q),
      found.map(kind => ids[kind]),
      q,
    )
  }
  const { items } = await library.page({ q: '기부' })
  t.match(items, [{ match: { before: '속상했겠어요. 생', match: '기부', after: '는 잊으세요.' } }])
})

t.test('neither answers nor explanations of a quiz are searched', async t => {
  const { visitor, library, ids } = await oneOfEach()
  t.same(await library.search('SECRET'), [])
  t.same(await library.search('해설'), [])
  await visitor.json('POST', `/api/quizzes/${ids.quiz}/attempts`, { answers: [1, 2] })
  t.same(await library.search('해설'), [])
})

t.test('a confirmed text replaces the versions', async t => {
  const { visitor, library, ids } = await oneOfEach()
  t.same(await library.search('모의실험'), [ids.record])
  const confirmed = { output: 1, text: '손수 고쳐 씀.', confirmed: true }
  await visitor.json('PUT', `/api/records/${ids.record}`, confirmed)
  const items = await library.until(([first]) => first?.status === 'confirmed')
  t.match(items[0], { id: ids.record, preview: '손수 고쳐 씀.', sizes: { characters: 8, bytes: 18 } })
  t.same(await library.search('모의실험'), [])
  t.same(await library.search('손수'), [ids.record])
  t.same(
    (await library.all({ status: 'confirmed' })).map(({ id }) => id),
    [ids.record],
  )
})

t.test('kind, status and time filter the list, with a search and without', async t => {
  const { library, ids, items } = await oneOfEach()
  const found = async (query: Record<string, string>) => (await library.all(query)).map(({ id }) => id)
  t.same(await found({ kind: 'review' }), [ids.review])
  t.same(await found({ kind: 'review', q: '수영' }), [])
  t.same(await found({ status: 'failed' }), [])
  t.equal((await found({ status: 'completed' })).length, 4)
  const at = items[2]?.updatedAt ?? ''
  t.same(await found({ to: at }), [ids.record])
  t.same(await found({ from: at }), [ids.conversation, ids.quiz, ids.review])
  t.same(await found({ from: at, q: '발표' }), [ids.review])
  t.same(await found({ from: '2026-01-01', to: '2026-01-02' }), [])
})

t.test('pages follow each other without gaps, of a list and of a search', async t => {
  const visitor = conch.visitor()
  const library = new Library(visitor)
  says('같은 글')
  const ids: string[] = []
  for (let number = 0; number < 7; number++) {
    ids.push(await written(visitor, '/api/reviews', { body: `일기 ${number}`, type: 'THINKING' }))
  }
  await library.has(...ids)
  for (const query of [{}, { q: '같은' }, { q: '글' }] as Record<string, string>[]) {
    const sizes: number[] = []
    const found: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await library.page({ ...query, limit: '3', ...(cursor !== '' && { cursor }) })
      sizes.push(page.items.length)
      found.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    t.same(sizes, [3, 3, 1], JSON.stringify(query))
    t.same(found, ids.toReversed())
  }
})

t.test('nothing of other owners is listed', async t => {
  const { ids } = await oneOfEach()
  const other = new Library(conch.visitor())
  t.same(await other.all(), [])
  for (const q of ['생기부', '수영', '을']) t.same(await other.search(q), [])
  t.ok(ids.record)
})

t.test('what was tried again is listed as it is now, before its event is handled', async t => {
  let handled = true
  class Held extends InlineEvents {
    override async publishAll(...published: Parameters<InlineEvents['publishAll']>): Promise<void> {
      if (handled) await super.publishAll(...published)
    }
  }
  const own = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl }, { openEvents: handlers => new Held(handlers) })
  const visitor = own.visitor()
  const library = new Library(visitor)
  says('')
  const id = await written(visitor, '/api/reviews', { body: '발표를 망쳤다.', type: 'FEELING' })
  t.match(await library.all(), [{ id, status: 'failed', preview: '', sizes: { characters: 8 } }])
  handled = false
  says('속상했겠어요.')
  t.equal((await visitor.json('POST', `/api/tasks/${id}/retry`)).status, 202)
  await visitor.finished(id)
  t.match(await library.all(), [{ id, status: 'completed', preview: '속상했겠어요.', sizes: { characters: 15 } }])
})

t.test('a removed thing leaves the library at once', async t => {
  const { visitor, library, ids, talk } = await oneOfEach()
  for (const path of [`/api/records/${ids.record}`, `/api/reviews/${ids.review}`, `/api/quizzes/${ids.quiz}`]) {
    t.equal((await visitor.json('DELETE', path)).status, 204)
    t.notOk((await library.all()).some(({ links }) => links.self === path))
  }
  t.equal((await visitor.json('DELETE', talk.path)).status, 204)
  t.same(await library.all(), [])
})

t.test('a message that is replaced leaves the library at once, and the new one comes with its reply', async t => {
  const visitor = conch.visitor()
  const library = new Library(visitor)
  const talk = await Talk.begin(visitor)
  says('첫 답')
  await talk.say('첫 말')
  says('비밀스러운 답')
  const second = await talk.say('비밀스러운 말')
  await library.until(([first]) => first?.sizes.count === 4)
  t.same(await library.search('비밀'), [talk.id])
  const held = Promise.withResolvers<void>()
  upstream.answer(async completion => {
    await held.promise
    completion.delta('다른 답').finish()
  })
  const third = await talk.send('다른 말', '', { replaces: second })
  t.same(await library.all(), [], 'with it its preview')
  held.resolve()
  await visitor.finished(third)
  const [entry] = await library.has(talk.id)
  t.match(entry, { preview: '다른 답', title: '첫 말', sizes: { count: 4 } })
  t.same(await library.search('비밀'), [])
})

t.test('an invalid query is refused', async t => {
  const visitor = conch.visitor()
  for (const [query, code] of [
    ['kind=hunter2', 'invalid-request'],
    ['status=hunter2', 'invalid-request'],
    ['q=', 'invalid-request'],
    ['q=%20', 'invalid-request'],
    [`q=${'x'.repeat(101)}`, 'invalid-request'],
    ['limit=0', 'invalid-request'],
    ['from=hunter2', 'invalid-request'],
    ['from=2026-13-01', 'invalid-time'],
    ['from=0000-01-01', 'invalid-time'],
    ['to=9999-12-31T23:59-01:00', 'invalid-time'],
    ['to=2026-01-01T25:00Z', 'invalid-time'],
    ['cursor=hunter2', 'invalid-cursor'],
    ['cursor=5~hunter2', 'invalid-cursor'],
  ] as const) {
    const { status, body } = await visitor.json('GET', `/api/library?${query}`)
    t.equal(status, 400, query)
    t.match(body, { code }, query)
    t.notMatch(JSON.stringify(body), 'hunter2')
  }
  for (const q of ['%00', '%F0%9F%98%80', '%ED%95%9C'.repeat(100), '%5C%27%22']) {
    t.equal((await visitor.json('GET', `/api/library?q=${q}`)).status, 200, q)
  }
})
