import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { amount } from '../support/amount.ts'
import { type Conch, ownStorage, startConch } from '../support/conch.ts'
import { openRaw } from '../support/raw-database.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { asksForSummary, type ConversationView, lastMessage, type SummaryView } from '../support/talk.ts'
import { type Script, startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

const conversations = amount(8, 20)
const turnsEach = amount(4, 10)
const interruptions = (['SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGKILL'] as const).slice(
  0,
  amount(2, 6),
)

/** Stands in every message; a summary is the list of the markers it has read, in their order. */
const marker = /#\d+-\d+-\d+/g

const script: Script = async completion => {
  await delay(Math.random() * 150)
  if (asksForSummary(completion)) {
    // A marker stands in the message and in its reply.
    completion.delta([...new Set(lastMessage(completion).match(marker) ?? [])].join(' ')).finish()
    return
  }
  completion.delta('답 ')
  await delay(Math.random() * 50)
  completion.delta(lastMessage(completion)).finish()
}

t.test(
  'of many turns, with servers killed and stopped at random moments, none loses its summary or has it twice',
  async t => {
    const upstream = await startUpstream(t, script)
    const storage = await ownStorage(t)
    const env = { ...storage, OPENAI_BASE_URL: upstream.baseUrl, LOG_LEVEL: 'info', DRAIN_SECONDS: '1' }
    let server: ServerProcess = await startServer(env)
    t.teardown(() => server.kill('SIGKILL'))
    const { url } = server
    const again = { ...env, PORT: new URL(url).port }
    let last: Conch | undefined
    const visitor = new Visitor(url)
    await visitor.json('GET', '/api/conversations')

    const talks = Promise.all(Array.from({ length: conversations }, (_, index) => talk(visitor, index)))
    const total = conversations * turnsEach * 2
    for (const [index, signal] of interruptions.entries()) {
      // Somewhere in its share of the work, whatever the server does then.
      await upstream.requested(Math.round((total * 0.9 * (index + Math.random())) / interruptions.length))
      const ended = await server.kill(signal)
      t.equal(ended, signal === 'SIGTERM' ? 0 : signal)
      // The last one is not interrupted, so it needs no process.
      if (index < interruptions.length - 1) server = await startServer(again)
      else last = await startConch(t, again)
    }
    const ids = await talks

    let turns = 0
    for (const id of ids) {
      const { summary, view } = await settled(visitor, id)
      const replies = view.messages.filter(({ role, content }) => role === 'assistant' && content !== '')
      const heard = replies.map(({ content }) => content.match(marker)?.[0])
      t.ok(heard.length >= turnsEach, 'no message was lost')
      t.equal(summary.text, heard.join(' '), 'each turn is in the summary once, in its place')
      turns += replies.length
    }
    t.ok(turns >= conversations * turnsEach)
    await last?.close()

    const raw = await openRaw(t, storage)
    const [counts] = await raw.query(`
    select (select count(*)::int from turns where saved_attempt is not null) as turns,
      (select count(*)::int from summaries) as summaries,
      (select count(*)::int from turns join summaries on turn_id = id and attempt = saved_attempt) as matching,
      (select count(*)::int from failed_events) as failed`)
    t.same(counts, { turns, summaries: turns, matching: turns, failed: 0 })
    await raw.close()
  },
)

/** Sends the messages of one conversation, each until it is accepted. */
async function talk(visitor: Visitor, index: number): Promise<string> {
  const { id } = await insist(() => visitor.json<{ id: string }>('POST', '/api/conversations', {}))
  for (let turn = 0; turn < turnsEach; turn++) {
    let tries = 0
    // A request whose answer was lost may have been accepted: another try is another message.
    await insist(() =>
      visitor.json('POST', `/api/conversations/${id}/messages?onBusy=queue`, {
        content: `#${index}-${turn}-${tries++}`,
      }),
    )
    if (Math.random() < 0.5) await settled(visitor, id, ({ view }) => view.running === null)
  }
  return id
}

/** The conversation once it is complete. */
async function settled(
  visitor: Visitor,
  id: string,
  condition = ({ view, summary }: { view: ConversationView; summary: SummaryView }) =>
    view.running === null && summary.pending === 0,
) {
  for (;;) {
    const view = await insist(() => visitor.json<ConversationView>('GET', `/api/conversations/${id}`))
    const summary = await insist(() => visitor.json<SummaryView>('GET', `/api/conversations/${id}/summary`))
    if (condition({ view, summary })) return { view, summary }
    await delay(100)
  }
}

/** Asks again while the server is unavailable. */
async function insist<Body>(ask: () => Promise<{ status: number; body: Body }>): Promise<Body> {
  for (;;) {
    try {
      const { status, body } = await ask()
      if (status < 500) return body
    } catch {
      // The server is not running, or ended in the middle.
    }
    await delay(100)
  }
}
