import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createClock } from '@sinonjs/fake-timers'
import { sql } from 'drizzle-orm'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../../src/db/client.ts'
import { Cipher } from '../../src/db/encrypted.ts'
import { NotificationLabels } from '../../src/notifications/label.ts'
import { maxReaders, OwnerHub, refreshMs } from '../../src/notifications/owner-hub.ts'
import { OwnerStream } from '../../src/notifications/owner-stream.ts'
import { maxKept, notificationStore as store } from '../../src/notifications/store.ts'
import { heartbeatMs, type Timers, unreadLimitMs } from '../../src/sse/sse-stream.ts'
import * as taskStates from '../../src/tasks/store/task-queries.ts'
import { TaskStore } from '../../src/tasks/store/task-store.ts'
import { closed } from '../support/closed.ts'
import { openDatabase } from '../support/open-database.ts'
import { notifiedIn, statesIn } from '../support/owner-stream.ts'
import { Watcher } from '../support/visitor.ts'

const logger = Fastify({ logger: false }).log
const cipher = new Cipher([{ id: 'test', key: new Uint8Array(32) }])
const tasks = new TaskStore(cipher)
const labels = new NotificationLabels(cipher)
let database: Database
t.before(async () => {
  database = await openDatabase(t)
})

t.test('without a cursor the stream begins now: the unfinished tasks, then what comes', async t => {
  const owner = uuidv7()
  const old = await insert(owner)
  await notifyOf(owner, old, { ended: true })
  const running = await insert(owner)
  const { watch, hub, notified } = serving(t)
  const client = await watch(owner)
  await client.until(transcript => statesIn(transcript).has(running))
  t.match(client.raw, /^: open\nretry: \d{4}\n\nid: 1-\d+\ndata: \{"type":"data-unread","data":\{"unread":1\}\}\n\n/)
  t.same([...statesIn(client.transcript)], [[running, 'queued']])
  hub.publishTaskState({ id: running, ownerId: owner, kind: 'record', status: 'running', stage: 'preparing' })
  await client.until(transcript => statesIn(transcript).get(running) === 'running')
  await notified(owner, running)
  await client.until(transcript => notifiedIn(transcript).length > 0)
  t.same(notifiedIn(client.transcript), [running], 'and not the earlier ones')
  await client.until(({ chunks }) => chunks.at(-1)?.type === 'data-unread')
  t.same(client.transcript.chunks.at(-1)?.data, { unread: 2 })
})

t.test('resuming at every cursor gives every notification after it once, in order', async t => {
  const owner = uuidv7()
  const { watch, notified } = serving(t)
  const live = await watch(owner)
  await live.until(({ chunks }) => chunks.length > 0)
  const all: string[] = []
  for (let index = 0; index < 6; index++) {
    all.push(await insert(owner, 'completed'))
    await notified(owner, all[index] as string)
    await live.until(({ chunks }) => chunks.at(-1)?.type === 'data-unread' && chunks.length >= 2 * (index + 1))
  }
  // One of them is deleted; its position stays valid.
  await database.queries.execute(sql`delete from tasks where id = ${all[2]}`)
  const whole = live.transcript
  t.same(notifiedIn(whole), all)
  t.equal(new Set(whole.ids).size >= all.length, true)
  for (const cursor of new Set(whole.ids)) {
    const seq = Number(cursor.split('-')[0])
    const rest = all.filter((id, index) => index >= seq && id !== all[2])
    const client = await watch(owner, cursor)
    await client.until(({ chunks }) => chunks.length > 0)
    if (rest.length > 0) await client.until(transcript => notifiedIn(transcript).length >= rest.length)
    t.same(notifiedIn(client.transcript), rest, cursor)
    t.equal(client.transcript.ids[0], cursor, 'the cursor does not count what was not sent yet')
    t.notOk(client.transcript.types().includes('data-reset'))
    client.leave()
  }
})

t.test('a client that reconnects gets the tasks that ended meanwhile', async t => {
  const owner = uuidv7()
  const { watch } = serving(t)
  const ended = await insert(owner)
  const client = await watch(owner)
  await client.until(transcript => statesIn(transcript).has(ended))
  client.leave()
  await database.queries.execute(sql`update tasks set status = 'completed', finished_at = now() where id = ${ended}`)
  const again = await watch(owner, client.transcript.lastId)
  await again.until(transcript => statesIn(transcript).has(ended))
  t.equal(statesIn(again.transcript).get(ended), 'completed')
})

t.test('an unknown cursor gets a reset and a fresh start', async t => {
  const owner = uuidv7()
  const task = await insert(owner)
  await notifyOf(owner, task)
  const { watch, hub } = serving(t)
  for (const cursor of ['2-1790000000000', 'nonsense', '1', '-1-5', '1-99999999999999', '99999999999999999999-1']) {
    const client = await watch(owner, cursor)
    await client.until(transcript => statesIn(transcript).has(task))
    t.same(client.transcript.types(), ['data-reset', 'data-unread', 'data-task'], cursor)
    t.match(client.transcript.chunks[0], { data: { reason: 'cursor' }, transient: true })
    t.match(client.transcript.ids[0], /^1-\d+$/)
    client.leave()
  }
  await database.queries.execute(
    sql`update notification_counters set last_seq = ${maxKept + 2} where owner_id = ${owner}`,
  )
  const client = await watch(owner, '1-1790000000000')
  await client.until(({ chunks }) => chunks.length > 1)
  t.match(client.transcript.types(), ['data-reset'], 'what came since may be deleted')
  t.ok(hub.size > 0)
})

t.test('more than a thousand are not kept', async t => {
  const owner = uuidv7()
  const task = await insert(owner)
  const first = await notifyOf(owner, task)
  const second = await notifyOf(owner, task)
  await database.queries.execute(sql`update notification_counters set last_seq = ${maxKept} where owner_id = ${owner}`)
  await notifyOf(owner, task)
  t.equal(await store.get(database.queries, first.id), undefined)
  t.ok(await store.get(database.queries, second.id))
})

t.test('changes by other processes come within seconds, and no other owner sees it', async t => {
  const [owner, other] = [uuidv7(), uuidv7()]
  const clock = createClock()
  const { watch, hub } = serving(t, clock as unknown as Timers)
  const client = await watch(owner)
  const stranger = await watch(other)
  await Promise.all([client, stranger].map(one => one.until(({ chunks }) => chunks.length > 0)))
  const task = await insert(owner)
  await notifyOf(owner, task)
  clock.tick(refreshMs)
  await client.until(transcript => notifiedIn(transcript).includes(task) && statesIn(transcript).has(task))
  await database.queries.execute(sql`update tasks set status = 'failed', finished_at = now() where id = ${task}`)
  await hub.refresh()
  await client.until(transcript => statesIn(transcript).get(task) === 'failed')
  await hub.refresh()
  t.same(stranger.transcript.types(), ['data-unread'])
})

t.test('an owner sees how many of their own are unread, also when another instance marks them within 5 s', async t => {
  const [owner, other] = [uuidv7(), uuidv7()]
  for (const [ownerId, many] of [
    [owner, 2],
    [other, 5],
  ] as const) {
    const task = await insert(ownerId, 'completed')
    for (let index = 0; index < many; index++) await notifyOf(ownerId, task)
  }
  const { queries } = database
  t.same(
    await store.feeds(queries, [owner, other, uuidv7()]),
    new Map([owner, other].map((id, index) => [id, { lastSeq: 2 + 3 * index, unread: 2 + 3 * index }])),
  )

  const clock = createClock()
  const { watch } = serving(t, clock as unknown as Timers)
  const [client, stranger] = [await watch(owner), await watch(other)]
  const unreadOf = (watcher: Watcher) =>
    watcher.transcript.chunks.map(({ data }) => (data as { unread: number }).unread)
  await Promise.all([client, stranger].map(one => one.until(({ chunks }) => chunks.length > 0)))
  const [newest] = await store.list(queries, owner, { limit: 1 })
  t.ok(await store.read(queries, owner, newest?.id ?? ''), 'by the other instance')
  clock.tick(5_000)
  await client.until(({ chunks }) => chunks.length > 1)
  t.same([unreadOf(client), unreadOf(stranger)], [[2, 1], [5]])
})

t.test(
  'a silent stream sends pings; a client that does not read is dropped, and one that disconnects is forgotten',
  async t => {
    const owner = uuidv7()
    const clock = createClock()
    const { server, watch, hub } = serving(t, clock as unknown as Timers)
    const client = await watch(owner)
    await client.until(({ chunks }) => chunks.length > 0)
    clock.tick(heartbeatMs)
    await client.until(() =>
      client.raw.endsWith('\n\nevent: ping\ndata: {"type":"data-ping","data":{},"transient":true}\n\n'),
    )
    const streamClosed = once(server, 'left')
    client.leave()
    await streamClosed
    t.equal(hub.size, 0)

    const socket = connect((server.address() as AddressInfo).port)
    t.teardown(() => socket.destroy())
    socket.write(`GET /${owner} HTTP/1.1\r\nhost: x\r\n\r\n`)
    socket.pause()
    const [, response] = (await once(server, 'stream')) as [OwnerStream, ServerResponse]
    // The kernel takes some megabytes; after that nothing moves. One task again and again is one state.
    const ids = Array.from({ length: 200 }, () => uuidv7())
    let rounds = 0
    while (rounds < 400) {
      for (const id of ids)
        hub.publishTaskState({ id, ownerId: owner, kind: 'record', status: 'running', stage: 'generating' })
      rounds++
      await new Promise(resolve => setImmediate(resolve))
    }
    t.ok(response.writableLength < 100_000, `${response.writableLength} bytes are held for it`)
    const dropped = once(server, 'left')
    for (let waited = 0; waited <= unreadLimitMs; waited += heartbeatMs) clock.tick(heartbeatMs)
    socket.destroy()
    await dropped
    t.equal(hub.size, 0)
  },
)

t.test('an owner has a limit of connections', async t => {
  const owner = uuidv7()
  const { hub, make } = serving(t)
  const streams = Array.from({ length: maxReaders }, () => make(owner))
  t.throws(() => make(owner), { code: 'too-many-streams', status: 429 })
  const left = Promise.all(streams.map(closed))
  for (const stream of streams) stream.destroy()
  await left
  t.equal(hub.size, 0)
  make(owner).destroy()
})

/** A task of that owner, as if another process had it. */
async function insert(ownerId: string, status = 'queued'): Promise<string> {
  const id = uuidv7()
  const task = {
    id,
    ownerId,
    kind: 'record',
    jobId: uuidv7(),
    traceId: '',
    input: {},
    outputs: 1,
    createdAt: new Date(),
  }
  await tasks.insert(database.queries, [task])
  await database.queries.execute(sql`update tasks set status = ${status} where id = ${id}`)
  return id
}

function notifyOf(ownerId: string, taskId: string, { ended = false } = {}) {
  return database.queries.transaction(async tx => {
    if (ended) await tx.execute(sql`update tasks set status = 'completed', finished_at = now() where id = ${taskId}`)
    return store.add(tx, { id: uuidv7(), ownerId, kind: 'record.generated', taskId, taskKind: 'record', inApp: true })
  })
}

/** No task is followed here. */
const noLog = () => Promise.reject(new Error('no task is followed'))

/** A server whose address is the owner. */
function serving(t: Test, timers?: Timers) {
  const { queries } = database
  const hub = new OwnerHub({ queries, tasks: taskStates, store, timers: timers ?? (globalThis as Timers), logger })
  const reader = { language: 'ko', basePath: '' } as const
  const make = (ownerId: string, cursor?: string) =>
    new OwnerStream({
      ownerId,
      cursor,
      reader,
      queries,
      store,
      labels,
      tasks: taskStates,
      log: noLog,
      hub,
      logger,
      timers,
    })
  const server = createServer((request, response) => {
    const stream = make(request.url?.slice(1) ?? '', request.headers['last-event-id'] as string | undefined)
    server.emit('stream', stream, response)
    stream.onClose = () => server.emit('left')
    stream.open(response, { 'content-type': 'text/event-stream' })
  })
  const listening = once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    hub.close()
    server.closeAllConnections()
    server.close()
  })
  return {
    hub,
    make,
    server,
    async watch(ownerId: string, cursor?: string): Promise<Watcher> {
      await listening
      const leave = new AbortController()
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${ownerId}`, {
        headers: cursor === undefined ? {} : { 'last-event-id': cursor },
        signal: leave.signal,
      })
      const watcher = new Watcher(response, leave)
      t.teardown(() => watcher.leave())
      return watcher
    },
    async notified(ownerId: string, taskId: string): Promise<void> {
      await notifyOf(ownerId, taskId)
      hub.notified(ownerId)
    },
  }
}
