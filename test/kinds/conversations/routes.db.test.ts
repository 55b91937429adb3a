import t from 'tap'
import { startConch } from '../../support/conch.ts'
import { pagesOf } from '../../support/pages.ts'
import { asksForSummary, lastMessage, Talk } from '../../support/talk.ts'
import { type Script, startUpstream, type UpstreamCompletion } from '../../support/upstream.ts'

/** Replies by repeating the message, and sums up as "요약". */
const echo: Script = completion => {
  if (asksForSummary(completion)) completion.delta('요약').finish()
  else completion.delta('들은 말: ', lastMessage(completion)).finish()
}

/** Sends nothing for a message until the test does. */
const silence: Script = completion => {
  if (asksForSummary(completion)) completion.delta('요약').finish()
}

let conch: Awaited<ReturnType<typeof startConch>>
let upstream: Awaited<ReturnType<typeof startUpstream>>
t.before(async () => {
  upstream = await startUpstream(t)
  conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
})

t.test('a message is saved at once, its reply with the end of its task, whose id it has', async t => {
  const { visitor, talk } = await begin(silence)
  const task = await talk.send('안녕, 나는 민수야')
  t.match(await talk.view(), {
    title: '안녕, 나는 민수야',
    running: { taskId: task, links: { cancel: `/api/tasks/${task}/cancel` } },
    earlier: null,
    messages: [
      { role: 'user', content: '안녕, 나는 민수야', taskId: task },
      { role: 'assistant', id: task, content: '', status: /pending|running/ },
    ],
  })
  const completion = await firstReply()
  completion.delta('반가워요').finish()
  t.equal((await visitor.finished(task)).text(0), '반가워요')
  t.match(await talk.view(), {
    running: null,
    messages: [{ role: 'user' }, { role: 'assistant', id: task, content: '반가워요', status: 'completed' }],
  })
})

t.test('the prompt has the turns before, and ends with the message word for word', async t => {
  const { talk } = await begin(echo)
  await talk.say('첫 말')
  await talk.say('둘째 말')
  await talk.say('  셋째 말\n그대로  ')
  const asked = replies().at(-1)
  t.same(asked?.body.messages.slice(1), [
    { role: 'user', content: '첫 말' },
    { role: 'assistant', content: '들은 말: 첫 말' },
    { role: 'user', content: '둘째 말' },
    { role: 'assistant', content: '들은 말: 둘째 말' },
    { role: 'user', content: '  셋째 말\n그대로  ' },
  ])
})

t.test('a turn without a reply is not in the next prompt', async t => {
  const { talk } = await begin(completion => completion.finish())
  await talk.say('답 없는 말')
  t.match((await talk.view()).messages[1], { content: '', status: 'failed', error: { code: 'empty' } })
  upstream.answer(echo)
  await talk.say('다음 말')
  t.same(replies().at(-1)?.body.messages.slice(1), [{ role: 'user', content: '다음 말' }])
})

t.test('while a reply is being written, another message is refused, and nothing of it is saved', async t => {
  const { visitor, talk } = await begin(silence)
  const running = await talk.send('하나')
  const refused = await visitor.json('POST', `${talk.path}/messages`, { content: '둘' })
  t.equal(refused.status, 409)
  t.match(refused.headers.get('content-type'), 'application/problem+json')
  t.match(refused.body, {
    code: 'conversation-busy',
    taskId: running,
    links: { self: `/api/tasks/${running}`, events: `/api/tasks/${running}/events` },
  })
  t.equal((await talk.view()).messages.length, 2)
  await visitor.json('POST', `/api/tasks/${running}/cancel`)
})

t.test('onBusy=queue: each message waits for the reply before it, and they come in order', async t => {
  const { visitor, talk } = await begin(silence)
  const first = await talk.send('하나')
  const completion = await firstReply()
  const second = await talk.send('둘', '?onBusy=queue')
  const third = await talk.send('셋', '?onBusy=queue')
  t.equal((await visitor.task(second)).status, 'queued')
  t.equal((await talk.view()).running?.taskId, first)
  upstream.answer(echo)
  completion.delta('답 하나').finish()
  for (const id of [first, second, third]) await visitor.finished(id)
  const asked = replies().map(lastMessage)
  t.same(asked, ['하나', '둘', '셋'])
  t.same(
    (await talk.view()).messages.map(({ content }) => content),
    ['하나', '답 하나', '둘', '들은 말: 둘', '셋', '들은 말: 셋'],
  )
})

t.test('a waiting message that is cancelled lets the next one wait for the reply before it', async t => {
  const { visitor, talk } = await begin(silence)
  const first = await talk.send('하나')
  const completion = await firstReply()
  const second = await talk.send('둘', '?onBusy=queue')
  const third = await talk.send('셋', '?onBusy=queue')
  t.equal((await visitor.json('POST', `/api/tasks/${second}/cancel`)).status, 200)
  t.equal((await visitor.task(third)).status, 'queued')
  upstream.answer(echo)
  completion.delta('답 하나').finish()
  await visitor.finished(third)
  t.match(await visitor.task(first), { status: 'completed' })
  t.match(await visitor.task(second), { status: 'cancelled' })
  t.same(replies().map(lastMessage), ['하나', '셋'])
})

t.test('a reply that is stopped lets the next one begin', async t => {
  const { visitor, talk } = await begin(silence)
  const first = await talk.send('하나')
  await firstReply()
  const second = await talk.send('둘', '?onBusy=queue')
  upstream.answer(echo)
  await visitor.json('POST', `/api/tasks/${first}/cancel`)
  t.equal((await visitor.finished(second)).text(0), '들은 말: 둘')
})

t.test('onBusy=cancel: the reply is stopped, its text is kept, and the message is replied to', async t => {
  const { visitor, talk } = await begin(silence)
  const first = await talk.send('하나')
  const completion = await firstReply()
  const watcher = await visitor.watchTask(first)
  completion.delta('반쯤 쓴')
  await watcher.until(transcript => transcript.text(0) === '반쯤 쓴')
  const waiting = await talk.send('기다리는 말', '?onBusy=queue')
  upstream.answer(echo)
  const second = await talk.send('그만, 이것부터', '?onBusy=cancel')
  await visitor.finished(second)
  await completion.abandoned
  t.match(await talk.view(), {
    messages: [
      { content: '하나' },
      { content: '반쯤 쓴', status: 'cancelled' },
      { content: '기다리는 말' },
      { content: '', status: 'cancelled', id: waiting },
      { content: '그만, 이것부터' },
      { content: '들은 말: 그만, 이것부터' },
    ],
  })
})

t.test('onBusy=cancel: a message that is refused stops nothing', async t => {
  const { visitor, talk } = await begin(silence)
  const running = await talk.send('하나')
  await firstReply()
  const waiting = await talk.send('둘', '?onBusy=queue')
  const refused = await visitor.json('POST', `${talk.path}/messages?onBusy=cancel`, {
    content: '셋',
    replaces: talk.id,
  })
  t.equal(refused.status, 404)
  t.match(refused.body, { code: 'message-not-found' })
  t.match(await visitor.task(running), { status: 'running' })
  t.match(await visitor.task(waiting), { status: 'queued' })
  await visitor.json('DELETE', talk.path)
})

t.test('a reply that was stopped while it waited cannot be written again beside the one it waited for', async t => {
  const { visitor, talk } = await begin(silence)
  const first = await talk.send('하나')
  const completion = await firstReply()
  const second = await talk.send('둘', '?onBusy=queue')
  await visitor.json('POST', `/api/tasks/${second}/cancel`)
  const refused = await visitor.json('POST', `/api/tasks/${second}/outputs/0/retry`)
  t.equal(refused.status, 409)
  t.match(refused.body, { code: 'conversation-busy', taskId: first })
  upstream.answer(echo)
  completion.delta('답 하나').finish()
  await visitor.finished(first)
  t.equal((await visitor.json('POST', `/api/tasks/${second}/outputs/0/retry`)).status, 202)
  t.equal((await visitor.finished(second)).text(0), '들은 말: 둘')
})

t.test('the last reply can be written again, an earlier one cannot', async t => {
  const { visitor, talk } = await begin(echo)
  const first = await talk.say('하나')
  const second = await talk.say('둘')
  const refused = await visitor.json('POST', `/api/tasks/${first}/outputs/0/retry`)
  t.equal(refused.status, 409)
  t.match(refused.body, { code: 'not-the-last-message' })
  upstream.answer(completion => completion.delta('다른 답').finish())
  t.equal((await visitor.json('POST', `/api/tasks/${second}/outputs/0/retry`)).status, 202)
  await visitor.finished(second)
  t.same(
    (await talk.view()).messages.map(({ content }) => content),
    ['하나', '들은 말: 하나', '둘', '다른 답'],
  )
  const asked = replies().findLast(completion => lastMessage(completion) === '둘')
  t.same(
    asked?.body.messages.slice(1, 3),
    [
      { role: 'user', content: '하나' },
      { role: 'assistant', content: '들은 말: 하나' },
    ],
    'the old reply is not in the prompt of the new one',
  )
})

t.test('a message that replaces another removes that one and all after it', async t => {
  const { visitor, talk } = await begin(echo)
  await talk.say('하나')
  const second = await talk.say('둘')
  const third = await talk.say('셋')
  const edited = await talk.send('둘, 고쳐서', '', { replaces: second })
  await visitor.finished(edited)
  t.same(
    (await talk.view()).messages.map(({ content }) => content),
    ['하나', '들은 말: 하나', '둘, 고쳐서', '들은 말: 둘, 고쳐서'],
  )
  for (const id of [second, third]) t.equal((await visitor.json('GET', `/api/tasks/${id}`)).status, 404)
  const other = await Talk.begin(visitor)
  for (const replaces of [second, edited, 'nonsense']) {
    const refused = await visitor.json('POST', `${other.path}/messages`, { content: 'x', replaces })
    t.equal(refused.status, 404, replaces)
    t.match(refused.body, { code: 'message-not-found' })
  }
})

t.test('a message that replaces another stops the reply to it', async t => {
  const { visitor, talk } = await begin(silence)
  const first = await talk.send('하나')
  const completion = await firstReply()
  const watcher = await visitor.watchTask(first)
  upstream.answer(echo)
  const edited = await talk.send('하나, 고쳐서', '', { replaces: first })
  await completion.abandoned
  await watcher.ended
  t.notOk(watcher.transcript.done, 'its readers are disconnected, without an end')
  t.equal((await visitor.watchTask(first)).response.status, 404)
  t.equal((await visitor.finished(edited)).text(0), '들은 말: 하나, 고쳐서')
})

t.test('a title that came from a message goes with it; one that was given stays', async t => {
  const { visitor, talk } = await begin(echo)
  const first = await talk.say('비밀 이야기')
  const second = await talk.say('다른 이야기')
  await visitor.finished(await talk.send('딴 이야기', '', { replaces: second }))
  t.equal((await talk.view()).title, '비밀 이야기')
  await visitor.finished(await talk.send('새 이야기', '', { replaces: first }))
  t.equal((await talk.view()).title, '새 이야기')
  const given = await visitor.json<{ id: string }>('POST', '/api/conversations', { title: '여행' })
  const path = `/api/conversations/${given.body.id}`
  const replaces = await visitor.submit(`${path}/messages`, { content: '말' })
  await visitor.finished(replaces)
  await visitor.finished(await visitor.submit(`${path}/messages`, { content: '고친 말', replaces }))
  t.match((await visitor.json('GET', path)).body, { title: '여행' })
})

t.test(
  'of messages sent at the same time one is accepted; with onBusy=queue all are replied to one by one',
  async t => {
    const { visitor, talk } = await begin(silence)
    const content = Array.from({ length: 8 }, (_, index) => `말 ${index}`)
    const refused = await Promise.all(
      content.map(content => visitor.json('POST', `${talk.path}/messages`, { content })),
    )
    t.same(refused.map(({ status }) => status).sort(), [202, ...Array(7).fill(409)])
    upstream.answer(echo)
    const queued = await Promise.all(content.map(content => talk.send(content, '?onBusy=queue')))
    ;(await firstReply()).delta('답').finish()
    for (const id of queued) await visitor.finished(id)
    const { messages } = await talk.view()
    t.equal(messages.length, 18)
    t.ok(messages.every(({ role, status }) => role === 'user' || status === 'completed'))
    const said = messages.slice(0, -1).map(({ role, content }) => ({ role, content }))
    t.same(replies().at(-1)?.body.messages.slice(1), said, 'each prompt has all turns before')
  },
)

t.test('a removed conversation is deleted with its messages, also while a reply is being written', async t => {
  const { visitor, talk } = await begin(silence)
  const running = await talk.send('하나')
  const completion = await firstReply()
  const waiting = await talk.send('둘', '?onBusy=queue')
  t.equal((await visitor.json('DELETE', talk.path)).status, 204)
  await completion.abandoned
  for (const path of [talk.path, `${talk.path}/summary`, `/api/tasks/${running}`, `/api/tasks/${waiting}`])
    t.equal((await visitor.json('GET', path)).status, 404, path)
  t.equal((await visitor.json('DELETE', talk.path)).status, 404)
  t.same(replies().map(lastMessage), ['하나'], 'waiting messages never began')
})

t.test('no other owner can find out that a conversation exists', async t => {
  const { talk } = await begin(echo)
  const task = await talk.say('비밀')
  const stranger = conch.visitor()
  const unknown = talk.path.replace(/.{4}$/, 'ffff')
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['GET', '/summary', undefined],
    ['DELETE', '', undefined],
    ['POST', '/messages', { content: 'x' }],
    ['POST', '/messages?onBusy=cancel', { content: 'x' }],
    ['POST', '/messages', { content: 'x', replaces: task }],
  ] as const) {
    const [theirs, nobodys] = [
      await stranger.json(method, `${talk.path}${path}`, body),
      await stranger.json(method, `${unknown}${path}`, body),
    ]
    t.equal(theirs.status, 404, `${method} ${path}`)
    t.same(theirs.body, nobodys.body)
  }
  t.same((await stranger.json('GET', '/api/conversations')).body, { items: [], nextCursor: null })
  t.equal((await talk.view()).messages.length, 2, 'and it is unchanged')
})

t.test('conversations are listed by when they were used last, page by page', async t => {
  const { visitor, talk: first } = await begin(echo)
  const second = await Talk.begin(visitor)
  const third = await Talk.begin(visitor)
  await second.say('둘')
  await first.say('하나')
  const pages = await pagesOf<{ id: string }>(visitor, '/api/conversations', 1)
  t.same(
    pages.map(page => page.map(({ id }) => id)),
    [[first.id], [second.id], [third.id]],
  )
  for (const cursor of ['x', '1~x', `${Date.now()}`, `1~${first.id}~2`, `${'9'.repeat(15)}~${first.id}`]) {
    const refused = await visitor.json('GET', `/api/conversations?cursor=${encodeURIComponent(cursor)}`)
    t.equal(refused.status, 400, cursor)
    t.match(refused.body, { code: 'invalid-cursor' })
  }
})

t.test('a long conversation comes in pages, newest first', async t => {
  const { visitor, talk } = await begin(echo)
  for (const content of ['하나', '둘', '셋']) await talk.say(content)
  const newest = await talk.view('?limit=2')
  t.same(
    newest.messages.filter(({ role }) => role === 'user').map(({ content }) => content),
    ['둘', '셋'],
  )
  const rest = await talk.view(`?limit=2&before=${newest.earlier}`)
  t.same(
    rest.messages.filter(({ role }) => role === 'user').map(({ content }) => content),
    ['하나'],
  )
  t.equal(rest.earlier, null)
  t.equal((await visitor.json('GET', `${talk.path}?before=nonsense`)).status, 404)
})

t.test('a title that was given stays; a long message gives its beginning', async t => {
  const { visitor } = await begin(echo)
  const given = await visitor.json<{ id: string }>('POST', '/api/conversations', { title: '여행' })
  t.equal(given.status, 201)
  t.equal(given.headers.get('location'), `/api/conversations/${given.body.id}`)
  await visitor.finished(await visitor.submit(`/api/conversations/${given.body.id}/messages`, { content: '안녕' }))
  t.match((await visitor.json('GET', `/api/conversations/${given.body.id}`)).body, { title: '여행' })
  const talk = await Talk.begin(visitor)
  await talk.say(`${'낱말 '.repeat(30)}\n둘째 줄`)
  const { title } = await talk.view()
  t.match(title, /^(낱말 )+낱말…$/)
  t.ok((title ?? '').length <= 41)
})

t.test('a conversation can begin without a body', async t => {
  const response = await conch.visitor().fetch('/api/conversations', { method: 'POST' })
  t.equal(response.status, 201)
})

t.test('invalid input is named, and nothing is created', async t => {
  const { visitor, talk } = await begin(echo)
  for (const [path, body] of [
    [`${talk.path}/messages`, {}],
    [`${talk.path}/messages`, { content: ' \n' }],
    [`${talk.path}/messages`, { content: 'x'.repeat(20_001) }],
    [`${talk.path}/messages`, { content: 'x', more: 1 }],
    [`${talk.path}/messages?onBusy=maybe`, { content: 'x' }],
    ['/api/conversations', { title: '' }],
    ['/api/conversations', { title: 1 }],
  ] as const) {
    const refused = await visitor.json('POST', path, body)
    t.equal(refused.status, 400, JSON.stringify(body).slice(0, 40))
    t.match(refused.body, { code: 'invalid-request' })
  }
  t.same((await talk.view()).messages, [])
})

/** A new visitor with a new conversation. Conversations of earlier tests may still be summed up meanwhile. */
async function begin(script: Script) {
  upstream.reset(script)
  const visitor = conch.visitor()
  return { visitor, talk: await Talk.begin(visitor) }
}

function replies(): UpstreamCompletion[] {
  return upstream.completions.filter(completion => !asksForSummary(completion))
}

/** The first request for a reply in this test. */
async function firstReply(): Promise<UpstreamCompletion> {
  for (let count = 1; ; count++) {
    await upstream.requested(count)
    const [completion] = replies()
    if (completion) return completion
  }
}
