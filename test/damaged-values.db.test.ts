import t from 'tap'
import {
  anything,
  everyChannel,
  everythingOf,
  madeQuiz,
  noticeOf,
  reachable,
  saidConversation,
  writtenRecord,
  writtenReview,
} from './support/belongings.ts'
import { briefly } from './support/briefly.ts'
import { ownStorage, startConch } from './support/conch.ts'
import { type Damage, damage, damages, type StoredValue, sealedColumns } from './support/damage.ts'
import { handled } from './support/handled.ts'
import { Library } from './support/library.ts'
import { Operator, operatorToken } from './support/operator.ts'
import { openRaw } from './support/raw-database.ts'
import { solapiAccount, startSolapi } from './support/solapi.ts'
import { asksForSummary, Talk } from './support/talk.ts'
import { startUpstream } from './support/upstream.ts'
import { Visitor } from './support/visitor.ts'

/** A word in all texts of users and the model. */
const marker = '마당'

const api = await startSolapi(t)
const upstream = await startUpstream(t, anything)
const storage = {
  ...(await ownStorage(t)),
  ...everyChannel(api, solapiAccount),
  OPENAI_BASE_URL: upstream.baseUrl,
  OPERATOR_TOKEN: operatorToken,
}

/** Two owners: the damaged values are the first one's, each in one place only. */
const first = await startConch(t, storage)
const [mine, others] = [first.visitor(), first.visitor()]

const hit: StoredValue[] = []
const damaged = (table: string, column: string, where: string, what?: Damage) => {
  const value = { table, column, where, what }
  hit.push(value)
  return value
}

/** Makes one of each name, side by side: that no two share a row is all that matters. */
async function each<T>(names: readonly string[], make: (name: string) => Promise<T>): Promise<Record<string, T>> {
  return Object.fromEntries(await Promise.all(names.map(async name => [name, await make(name)] as const)))
}

// Before all others: from then on these are visitors with a cookie.
for (const visitor of [mine, others]) await visitor.json('GET', '/api/tasks')
const [record, review, quiz, { talk }] = await Promise.all([
  writtenRecord(mine, marker),
  writtenReview(mine, `${marker} 일기`),
  madeQuiz(mine, `${marker} 주제`),
  saidConversation(mine, marker),
])
const whole = { record, review, quiz, talk }
const [recordOf, reviewOf, quizOf, talkOf, refusedReview, refusedOutput] = await Promise.all([
  each(['subject', 'label', 'text', 'input', 'original', 'confirmed', 'despite', 'beside', 'marks'], () =>
    writtenRecord(mine, marker),
  ),
  each(['input', ...Object.keys(damages)], () => writtenReview(mine, `${marker} 일기`)),
  each(['questions', 'input', 'answers', 'retried'], () => madeQuiz(mine, `${marker} 주제`)),
  each(['title', 'content', 'reply', 'summary', 'last'], () => saidConversation(mine, marker)),
  writtenReview(mine, `${marker} REFUSE`),
  writtenReview(mine, `${marker} REFUSE`),
])
for (const place of ['original', 'confirmed', 'despite'])
  await mine.json('PUT', `/api/records/${recordOf[place]}`, {
    ...{ output: 0, text: `${marker} 토익`, despite: `${marker} 까닭` },
    confirmed: true,
  })
await mine.json('POST', `/api/quizzes/${quizOf.answers}/attempts`, { answers: [1] })
await reachable(mine, '01012345678')
// An owner is not notified of a task that they followed to its end: so of one that is only polled.
const noticed = await mine.submit('/api/records', {
  category: 'club',
  label: marker,
  observations: marker,
  versions: 1,
})
await noticeOf(mine, noticed)
const keyed = async (visitor: Visitor) => {
  const response = await visitor.fetch('/api/reviews', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'a-key' },
    body: JSON.stringify({ body: `${marker} 일기`, type: 'FEELING' }),
  })
  return { status: response.status, body: (await response.json()) as { taskId: string } }
}
const keyedReview = (await keyed(mine)).body.taskId
await mine.finished(keyedReview)

const [theirRecord, theirReview, theirQuiz, theirTalk] = await Promise.all([
  writtenRecord(others, marker),
  writtenReview(others, `${marker} 일기`),
  madeQuiz(others, `${marker} 주제`),
  saidConversation(others, marker),
])
const theirs = { record: theirRecord, review: theirReview, quiz: theirQuiz, talk: theirTalk.talk }
await others.json('PUT', `/api/records/${theirs.record}`, { output: 0, text: `${marker} 고침`, confirmed: true })
await others.json('POST', `/api/quizzes/${theirs.quiz}/attempts`, { answers: [1] })
await reachable(others, '01087654321')

const records = [whole.record, ...Object.values(recordOf), noticed]
const reviews = [whole.review, ...Object.values(reviewOf), keyedReview]
const quizzes = [whole.quiz, ...Object.values(quizOf)]
const talks = [whole.talk, ...Object.values(talkOf).map(({ talk }) => talk)]
// Entries are damaged below, and statistics compared.
await handled(first.url)

const theirPaths = [
  ...['tasks', 'records', 'reviews', 'quizzes', 'conversations', 'library', 'notifications', 'webhook'],
  ...['library?q=마당', 'phone-number', 'push-subscriptions', 'statistics'],
  ...[`records/${theirs.record}`, `reviews/${theirs.review}`, `quizzes/${theirs.quiz}`],
  ...[`conversations/${theirs.talk.id}`, `conversations/${theirs.talk.id}/summary`],
].map(path => `/api/${path}`)
// A task that ended before its stream was opened leaves a notification, which is read with the task, soon after.
while ((await others.json('GET', '/api/notifications')).body.unread !== 0) {
  await everythingOf(others, theirPaths)
  await briefly()
}
const before = await everythingOf(others, theirPaths)
await first.close()

const raw = await openRaw(t, storage)
const [{ owner_id: me } = { owner_id: '' }] = await raw.query(`select owner_id from tasks where id = '${whole.record}'`)
for (const [place, id] of Object.entries(recordOf)) {
  if (place === 'subject' || place === 'label') damaged('records', place, `id = '${id}'`)
  if (place === 'text' || place === 'beside') damaged('outputs', 'text', `task_id = '${id}' and index = 1`)
  if (place === 'marks') damaged('outputs', 'original', `task_id = '${id}' and index = 1`)
  if (place === 'input') damaged('tasks', 'input', `id = '${id}'`)
  if (place === 'original') damaged('record_confirmations', 'original', `record_id = '${id}'`)
  if (place === 'despite') damaged('record_confirmations', 'despite', `record_id = '${id}'`)
  if (place === 'confirmed') damaged('record_confirmations', 'text', `record_id = '${id}'`)
}
damaged('tasks', 'input', `id = '${reviewOf.input}'`)
for (const what of Object.keys(damages) as Damage[]) damaged('outputs', 'text', `task_id = '${reviewOf[what]}'`, what)
damaged('tasks', 'error_detail', `id = '${refusedReview}'`)
damaged('outputs', 'error_detail', `task_id = '${refusedOutput}'`)
damaged('quizzes', 'questions', `id = '${quizOf.questions}'`)
damaged('quizzes', 'questions', `id = '${quizOf.retried}'`)
damaged('tasks', 'input', `id = '${quizOf.input}'`)
damaged('quiz_attempts', 'answers', `quiz_id = '${quizOf.answers}'`)
damaged('conversations', 'title', `id = '${talkOf.title?.talk.id}'`)
damaged('turns', 'content', `id = '${talkOf.content?.turns[0]}'`)
damaged('turns', 'content', `id = '${talkOf.last?.turns[1]}'`)
damaged('outputs', 'text', `task_id = '${talkOf.reply?.turns[0]}'`)
damaged('summaries', 'text', `turn_id = '${talkOf.summary?.turns[1]}'`)
damaged('library', 'title', `id = '${whole.record}'`)
damaged('library', 'preview', `id = '${whole.review}'`)
damaged('library_keys', 'key', 'true')
damaged('server_secrets', 'value', 'true')
damaged('notifications', 'label', `task_id = '${noticed}'`)
for (const [table, column] of [
  ['push_subscriptions', 'endpoint'],
  ['push_subscriptions', 'keys'],
  ['phone_numbers', 'number'],
  ['webhooks', 'url'],
  ['webhooks', 'secret'],
] as const)
  damaged(table, column, `owner_id = '${me}'`)
const columns = await sealedColumns(raw)
for (const value of hit) await damage(raw, value, (value as { what?: Damage }).what)
await raw.close()

const log: string[] = []
const conch = await startConch(
  t,
  { ...storage, LOG_LEVEL: 'info' },
  { logDestination: { write: line => void log.push(line) } },
)
const owner = new Visitor(conch.url, mine.cookie)
const other = new Visitor(conch.url, others.cookie)

interface Item {
  id: string
  damaged?: true
}
const list = async (path: string) => {
  const { status, body } = await owner.json<{ items: Item[] }>('GET', `/api/${path}`)
  return { status, items: body.items ?? [], isDamaged: (id = '') => body.items.find(item => item.id === id)?.damaged }
}

t.test('every encrypted column is damaged here: a new one is to be added above', async t => {
  t.same([...new Set(hit.map(({ table, column }) => `${table}.${column}`))].sort(), columns)
})

t.test('nothing that an owner can ask for fails because of it, whatever is damaged', async t => {
  const { paths } = (await (await owner.fetch('/docs/json')).json()) as { paths: Record<string, object> }
  const ids = [...records, ...reviews, refusedReview, refusedOutput, ...quizzes, ...talks.map(({ id }) => id)]
  const turns = Object.values(talkOf).flatMap(({ turns }) => turns)
  let asked = 0
  for (const [path, methods] of Object.entries(paths)) {
    if (!('get' in methods) || path.includes('operations') || path === '/api/me/events') continue
    const wanted = path.includes('{id}') ? [...ids, ...turns].map(id => path.replace('{id}', id)) : [path]
    await Promise.all(
      wanted.map(async one => {
        const response = await owner.fetch(one)
        await response.text()
        t.ok(response.status < 500, `${one}: ${response.status}`)
        asked++
      }),
    )
  }
  t.ok(asked > 200, `${asked} were requested`)
})

t.test('the other owner notices nothing', async t => {
  t.same(await everythingOf(other, theirPaths), before)
})

t.test('records', async t => {
  const { status, items, isDamaged } = await list('records?limit=100')
  t.equal(status, 200)
  t.same(new Set(items.map(({ id }) => id)), new Set(records))
  t.equal(isDamaged(whole.record), undefined)
  t.equal(isDamaged(recordOf.input), undefined, 'a list does not show the input')
  const shown = async (place: string) => (await owner.json('GET', `/api/records/${recordOf[place]}`)).body
  for (const place of ['subject', 'label', 'text', 'original', 'confirmed', 'despite', 'marks']) {
    t.equal(isDamaged(recordOf[place]), true, place)
    t.match(await shown(place), { id: recordOf[place], damaged: true, category: 'subject' }, `${place}, alone`)
  }
  t.match(await shown('subject'), {
    subject: null,
    label: `${marker} 표지`,
    versions: [{ text: '바다 글' }, { text: '바다 글' }],
  })
  const { versions } = (await shown('text')) as { versions: object[] }
  t.match(versions[1], { output: 1, status: 'completed', text: '', bytes: 0, damaged: true })
  t.match(versions[0], { output: 0, text: '바다 글' })
  t.notOk('damaged' in (versions[0] ?? {}))
  const { versions: unmarked } = (await shown('marks')) as { versions: object[] }
  t.match(unmarked, [{ original: '**바다** 글' }, { text: '바다 글', damaged: true }])
  t.notOk('original' in (unmarked[1] ?? {}), 'the text that was saved is shown without it')
  t.match(await shown('despite'), { saved: { text: `${marker} 토익`, despite: null, damaged: true } })
  t.match(await shown('confirmed'), { saved: { text: '', damaged: true }, versions: [{ text: '바다 글' }, {}] })

  t.test('a value that cannot be read cannot be confirmed; the rest can', async t => {
    const confirm = (output: number) =>
      owner.json('PUT', `/api/records/${recordOf.text}`, { output, text: '고침', confirmed: true })
    t.match(await confirm(1), { status: 409, body: { code: 'version-damaged' } })
    t.match(await confirm(0), { status: 200, body: { saved: { text: '고침', original: '**바다** 글' } } })
  })

  t.test('a damaged version is written again, and is whole', async t => {
    const retried = await owner.json('POST', `/api/tasks/${recordOf.text}/outputs/1/retry`)
    t.equal(retried.status, 202)
    await owner.finished(recordOf.text as string)
    const { body } = await owner.json('GET', `/api/records/${recordOf.text}`)
    t.match(body, { versions: [{ text: '바다 글' }, { text: '바다 글' }] })
    t.notOk('damaged' in body)
  })

  t.test('without its input nothing is written again, and the answer says so', async t => {
    for (const id of [recordOf.input, reviewOf.input, quizOf.input]) {
      const refused = await owner.json('POST', `/api/tasks/${id}/outputs/0/retry`)
      t.match(refused, { status: 409, body: { code: 'input-damaged', detail: /Remove it/ } })
      t.match(await owner.task(id as string), { status: 'completed' }, 'and nothing has changed')
    }
  })
})

t.test('reviews', async t => {
  const { status, items, isDamaged } = await list('reviews?limit=100')
  t.equal(status, 200)
  for (const id of reviews) t.ok(items.some(item => item.id === id))
  t.equal(isDamaged(whole.review), undefined)
  for (const what of Object.keys(damages)) {
    t.equal(isDamaged(reviewOf[what]), true, what)
    t.match((await owner.json('GET', `/api/reviews/${reviewOf[what]}`)).body, {
      body: `${marker} 일기`,
      text: '',
      damaged: true,
    })
  }
  t.match((await owner.json('GET', `/api/reviews/${reviewOf.input}`)).body, {
    body: '',
    text: '바다 글',
    damaged: true,
  })
})

t.test('tasks, and their streams', async t => {
  const { status, isDamaged } = await list('tasks?limit=100')
  t.equal(status, 200)
  t.equal(isDamaged(reviewOf['its last byte']), true)
  t.equal(isDamaged(refusedReview), true)
  t.equal(isDamaged(whole.review), undefined)
  t.match(await owner.task(refusedReview), {
    status: 'failed',
    damaged: true,
    error: { code: /./, detail: /no longer/ },
  })
  t.match(await owner.task(refusedOutput), {
    outputs: [{ status: 'failed', damaged: true, error: { detail: /no longer/ } }],
  })
  const transcript = await owner.finished(reviewOf['its last byte'] as string)
  t.ok(transcript.done)
  t.match(
    transcript.chunks.filter(({ type }) => type === 'data-output'),
    [{ data: { index: 0, status: 'completed', damaged: true } }],
  )
  t.equal(transcript.text(0), '')
  const sound = await owner.finished(whole.review)
  t.notOk(JSON.stringify(sound.chunks).includes('damaged'))
})

t.test('quizzes', async t => {
  const { status, items, isDamaged } = await list('quizzes?limit=100')
  t.equal(status, 200)
  t.same(new Set(items.map(({ id }) => id)), new Set(quizzes))
  t.equal(isDamaged(whole.quiz), undefined)
  for (const place of ['questions', 'input', 'retried']) t.equal(isDamaged(quizOf[place]), true, place)
  const shown = async (place: string) => (await owner.json('GET', `/api/quizzes/${quizOf[place]}`)).body
  t.match(await shown('questions'), { topic: `${marker} 주제`, questions: [], damaged: true })
  t.match(await shown('input'), { topic: '', difficulty: null, questionCount: null, questions: [{}], damaged: true })
  t.match(await shown('answers'), { attempts: [{ score: 1, answers: [], damaged: true }], damaged: true })
  const taken = await owner.json('POST', `/api/quizzes/${quizOf.questions}/attempts`, { answers: [1] })
  t.match(taken, { status: 409, body: { code: 'quiz-damaged' } })
  t.ok((await owner.finished(quizOf.questions as string)).done)
  t.equal((await owner.json('POST', `/api/tasks/${quizOf.retried}/outputs/0/retry`)).status, 202)
  await owner.finished(quizOf.retried as string)
  t.notOk('damaged' in (await shown('retried')), 'one that is made again is whole')
})

t.test('conversations', async t => {
  const { status, items, isDamaged } = await list('conversations?limit=100')
  t.equal(status, 200)
  t.same(new Set(items.map(({ id }) => id)), new Set(talks.map(({ id }) => id)))
  t.equal(isDamaged(talkOf.title?.talk.id), true)
  t.equal(isDamaged(whole.talk.id), undefined)
  const shown = async (place: string, more = '') =>
    (await owner.json('GET', `${talkOf[place]?.talk.path}${more}`)).body as { messages: object[] }
  t.match(await shown('title'), { title: null, damaged: true, messages: { length: 4 } })
  t.match(await shown('content'), { damaged: true, messages: [{ content: '', damaged: true }, { content: '바다 글' }] })
  t.match(await shown('reply'), { messages: [{ content: `${marker} 첫 말` }, { content: '', damaged: true }] })
  t.notOk('damaged' in (await shown('summary')))
  t.match(await shown('summary', '/summary'), {
    text: '요약 글',
    messageId: talkOf.summary?.turns[0],
    pending: 1,
    damaged: true,
  })

  t.test('they go on, with the values that can be read', async t => {
    for (const place of ['title', 'content', 'reply', 'summary']) {
      upstream.reset(anything)
      const talk = new Talk(owner, talkOf[place]?.talk.id as string)
      const id = await talk.say('다음 말')
      t.match(await owner.task(id), { status: 'completed' })
      const sent = JSON.stringify(upstream.completions.find(one => !asksForSummary(one))?.body.messages)
      t.equal(
        sent.includes(`${marker} 첫 말`),
        place === 'title' || place === 'summary',
        `${place}: the turn is sent whole or not at all`,
      )
      t.ok(sent.includes(`${marker} 둘째 말`))
      const summary = await talk.summaryThat(({ pending }) => pending === 0)
      t.notOk('damaged' in summary, 'there is a newer one that can be read')
    }
    t.match(await shown('title'), { title: null }, 'its title may be restored')
  })

  t.test('the reply to a message that cannot be read is not written again', async t => {
    const refused = await owner.json('POST', `/api/tasks/${talkOf.last?.turns[1]}/outputs/0/retry`)
    t.match(refused, { status: 409, body: { code: 'input-damaged' } })
  })
})

t.test('the library', async t => {
  const library = new Library(owner)
  const entry = async (id: string, query = {}) =>
    (await library.all({ limit: '100', ...query })).find(item => item.id === id)
  t.match(
    await entry(whole.record),
    { title: new RegExp(`${marker} 표지`) },
    'a damaged entry is made again from its sources',
  )
  t.notOk('damaged' in ((await entry(whole.record)) ?? {}))
  t.match(await entry(whole.review), { preview: '바다 글' })

  t.test('a search returns the entries that it cannot read, and without its index finds all the same', async t => {
    const found = await library.all({ limit: '100', q: '바다' })
    const ids = found.map(({ id }) => id)
    for (const id of [whole.record, whole.review, whole.talk.id]) t.ok(ids.includes(id))
    t.match(await entry(reviewOf['its length'] as string, { q: '바다' }), { match: null, damaged: true })
    t.notOk('damaged' in ((await entry(whole.review, { q: '바다' })) ?? {}))
    t.notOk((await library.search('다섯 글자가 없다')).includes(whole.review))
  })

  t.test('rebuilt, it has an index again', async t => {
    const operator = new Operator(conch.url)
    await operator.json('POST', '/api/operations/library-rebuild')
    let state = (await operator.json('GET', '/api/operations/library-rebuild')).body
    while (state.status === 'running') state = (await operator.json('GET', '/api/operations/library-rebuild')).body
    t.match(state, { status: 'done', damaged: Number })
    t.ok(Number(state.damaged) > 5)
    t.ok((await library.search('바다')).includes(whole.review))
    t.ok((await new Library(other).search('바다')).includes(theirs.review))
  })
})

t.test('notification channels', async t => {
  t.match((await owner.json('GET', '/api/webhook')).body, { webhook: { url: '', damaged: true } })
  const put = await owner.json('PUT', '/api/webhook', { url: 'https://example.org/other' })
  t.match(put, { status: 201, body: { secret: /^whsec_/ } }, 'given again it has another secret')
  t.match((await owner.json('GET', '/api/webhook')).body, { webhook: { url: 'https://example.org/other' } })
  t.match((await owner.json('GET', '/api/phone-number')).body, { phone: { number: '', damaged: true } })
  t.match(await owner.json('PUT', '/api/phone-number', { number: '01012345678' }), { status: 202 })
  t.notOk(JSON.stringify((await owner.json('GET', '/api/phone-number')).body).includes('damaged'))
  const { body } = await owner.json<{ items: Item[] }>('GET', '/api/push-subscriptions')
  t.match(body, { items: [{ damaged: true }] })
  t.equal((await owner.json('DELETE', `/api/push-subscriptions/${body.items[0]?.id}`)).status, 204)
  t.equal((await owner.json('GET', '/api/push-subscriptions/key')).status, 200, 'a damaged key is replaced by another')
})

t.test('a notification is listed without its label, and as damaged', async t => {
  const { status, items, isDamaged } = await list('notifications')
  t.equal(status, 200)
  const notice = items.find(item => 'taskId' in item && item.taskId === noticed)
  t.match(notice, { label: null, damaged: true, title: /./ })
  t.ok(items.some(({ id }) => id !== notice?.id && !isDamaged(id)) || items.length === 1)
})

t.test('a request with a key is accepted, and once only', async t => {
  const again = await keyed(owner)
  t.equal(again.status, 202)
  t.not(again.body.taskId, keyedReview, 'the digest of the one before is no longer known')
  t.same(await keyed(owner), again)
  await owner.finished(again.body.taskId)
})

t.test('each is counted, and named in the log by its row, once, without any of its text', async t => {
  const metrics = await (await owner.fetch('/metrics')).text()
  for (const name of columns) {
    const [table, column] = name.split('.')
    t.match(
      metrics,
      new RegExp(`^conch_damaged_values_total\\{table="${table}",column="${column}",fault="damaged"\\} [1-9]`, 'm'),
    )
  }
  const named = log.map(line => JSON.parse(line)).filter(({ msg }) => /damaged/.test(msg))
  const rows = named.map(({ table, column, row }) => `${table}.${column} ${row}`)
  t.equal(new Set(rows).size, rows.length, 'once each')
  for (const row of [recordOf.subject, `${reviewOf['its last byte']}/0`, talkOf.content?.turns[0], quizOf.questions])
    t.ok(
      rows.some(line => line.endsWith(` ${row}`)),
      `${row}`,
    )
  t.same(
    log.filter(line => /마당|바다|DecryptionFailed/.test(line)),
    [],
  )
})

t.test('damaged values can be removed', async t => {
  const removed = async (path: string) => {
    t.equal((await owner.json('DELETE', path)).status, 204, path)
    t.equal((await owner.json('GET', path)).status, 404)
  }
  for (const [place, id] of Object.entries(recordOf)) if (place !== 'beside') await removed(`/api/records/${id}`)
  for (const id of Object.values(reviewOf)) await removed(`/api/reviews/${id}`)
  for (const id of Object.values(quizOf)) await removed(`/api/quizzes/${id}`)
  for (const { talk } of Object.values(talkOf)) await removed(talk.path)
  t.same(
    (await list('records')).items.map(({ id }) => id),
    [noticed, recordOf.beside, whole.record],
  )
  t.same(
    (await everythingOf(other, theirPaths))[`/api/records/${theirs.record}`],
    before[`/api/records/${theirs.record}`],
  )
})

t.test('damaged values beside an output that is written again stay as they are, and may be restored', async t => {
  const id = recordOf.beside as string
  t.equal((await owner.json('POST', `/api/tasks/${id}/outputs/0/retry`)).status, 202)
  const transcript = await owner.finished(id)
  t.ok(transcript.done)
  t.match(await owner.task(id), { status: 'completed', outputs: [{ text: '바다 글' }, { text: '', damaged: true }] })
  await conch.close()
  const raw = await openRaw(t, storage)
  // The same byte changed again has its first value.
  await damage(raw, { table: 'outputs', column: 'text', where: `task_id = '${id}' and index = 1` })
  await raw.close()
  const restored = await startConch(t, storage)
  const { body } = await new Visitor(restored.url, mine.cookie).json('GET', `/api/records/${id}`)
  t.match(body, { versions: [{ text: '바다 글' }, { text: '바다 글' }] })
  t.notOk('damaged' in body)
})
