import t from 'tap'
import { briefly } from '../../support/briefly.ts'
import { startConch } from '../../support/conch.ts'
import { testDatabaseUrl } from '../../support/database.ts'
import { asksForSummary, Talk } from '../../support/talk.ts'
import { startUpstream } from '../../support/upstream.ts'

const clients = 24
/** On the embedded database transactions run one after the other, and there is less to find. */
const callsEach = testDatabaseUrl ? 25 : 3

/**
 * On Postgres this finds transactions that lock the same rows in different orders: the database ends one of them, as a
 * deadlock.
 */
t.test('messages, stops, retries and removals at the same time are all answered, and nothing gets stuck', async t => {
  const upstream = await startUpstream(t, async completion => {
    await new Promise(resolve => setTimeout(resolve, Math.random() * 60))
    completion.delta(asksForSummary(completion) ? '요약' : '답').finish()
  })
  const conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl, MAX_QUEUED_TASKS: '100000' })
  const visitor = conch.visitor()
  // One after the other: the first answer brings the cookie that identifies the owner.
  const talks = [await Talk.begin(visitor), await Talk.begin(visitor)]
  const tasks: string[] = []
  const faults: unknown[] = []

  async function call(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await visitor.json<{ taskId?: string; code?: string }>(method, path, body)
    if (answer.status === 202 && answer.body.taskId) tasks.push(answer.body.taskId)
    const ofAnother = path.includes('/messages') && answer.body.code === 'task-not-found'
    if (answer.status >= 500 || ofAnother) faults.push([path, answer.body])
  }

  async function client(): Promise<void> {
    for (let calls = 0; calls < callsEach; calls++) {
      const index = Math.floor(Math.random() * talks.length)
      const { path } = talks[index] as Talk
      const recent = tasks.slice(-6)
      const id = recent[Math.floor(Math.random() * recent.length)]
      const task = `/api/tasks/${id}`
      const onBusy = ['reject', 'queue', 'cancel'][Math.floor(Math.random() * 3)]
      const dice = Math.random()
      if (dice < 0.02) {
        talks[index] = await Talk.begin(visitor)
        await visitor.json('DELETE', path)
      } else if (dice < 0.5) await call('POST', `${path}/messages?onBusy=${onBusy}`, { content: '말' })
      else if (dice < 0.6) await call('POST', `${path}/messages?onBusy=${onBusy}`, { content: '말', replaces: id })
      else if (dice < 0.8) await call('POST', `${task}/cancel`)
      else await call('POST', `${task}/outputs/0/retry`)
    }
  }

  await Promise.all(Array.from({ length: clients }, client))
  t.same(faults, [])
  for (const talk of talks) {
    while ((await talk.view()).running) await briefly()
    await talk.summaryThat(({ pending }) => pending === 0)
  }
})
