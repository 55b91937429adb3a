import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { amount } from '../support/amount.ts'
import { anyRecord } from '../support/any-record.ts'
import { ownStorage, startConch } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { startServer } from '../support/server-process.ts'
import { lastMessage } from '../support/talk.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

const kills = amount(2, 30)
const owners = 4
/** Of each owner, after each start. */
const requests = 5
/** From the first request to the kill, at most. */
const lifeMs = 1_500

interface Acknowledged {
  owner: number
  id: string
  key: string
  observations: string
}

t.test(
  'kill -9 at any moment loses nothing that the embedded database has acknowledged, and makes nothing twice',
  { skip: testDatabaseUrl ? 'on the embedded database only' : false },
  async t => {
    const upstream = await startUpstream(t, async completion => {
      await delay(Math.random() * 300)
      completion.delta(markerOf(lastMessage(completion))).finish()
    })
    const env = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl }
    const acknowledged: Acknowledged[] = []
    let cookies: (string | undefined)[] = Array(owners).fill(undefined)
    for (let life = 0; life < kills; life++) {
      const server = await startServer(env)
      t.teardown(() => server.kill('SIGKILL'))
      const visitors = cookies.map(cookie => new Visitor(server.url, cookie))
      // Every owner has its cookie, whatever comes next.
      for (const visitor of visitors) await visitor.json('GET', '/api/records')
      cookies = visitors.map(({ cookie }) => cookie)
      const sent = visitors.map(async (visitor, owner) => {
        for (let request = 0; request < requests; request++) {
          const key = `${life}-${owner}-${request}`
          const observations = `관찰 <${key}> 기록`
          const id = await post(visitor, key, observations)
          if (id) acknowledged.push({ owner, id, key, observations })
        }
      })
      await delay(Math.random() * lifeMs)
      await server.kill('SIGKILL')
      await Promise.all(sent)
    }
    t.comment(`${acknowledged.length} requests were acknowledged before ${kills} kills`)
    t.not(acknowledged.length, 0)

    const conch = await startConch(t, env)
    const visitors = cookies.map(cookie => new Visitor(conch.url, cookie))
    const statuses = await Promise.all(
      acknowledged.map(async ({ owner, id, key, observations }) => {
        const visitor = visitors[owner] as Visitor
        await visitor.finished(id)
        const { status, error } = await visitor.task(id)
        if (status === 'completed') {
          const { body } = await visitor.json<{ versions: { text: string }[] }>('GET', `/api/records/${id}`)
          t.match(body.versions, [{ text: `<${key}>` }], 'the text is that of its own notes')
        } else t.match({ status, error }, { status: 'failed', error: { code: 'attempts-lost' } })
        t.equal(await post(visitor, key, observations), id, 'the same request again is the same task')
        return status
      }),
    )
    t.comment(`${statuses.filter(status => status === 'completed').length} of them completed`)
  },
)

/** The id of the task; none when the server went away before it answered. */
async function post(visitor: Visitor, key: string, observations: string): Promise<string | undefined> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  const body = JSON.stringify({ ...anyRecord, observations, versions: 1 })
  const response = await visitor.fetch('/api/records', { method: 'POST', headers, body }).catch(() => undefined)
  const answer = await response?.json().catch(() => undefined)
  return (answer as { taskId?: string } | undefined)?.taskId
}

function markerOf(text: string): string {
  return /<\d+-\d+-\d+>/.exec(text)?.[0] ?? 'no marker'
}
