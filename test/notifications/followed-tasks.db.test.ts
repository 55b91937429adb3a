import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClock } from '@sinonjs/fake-timers'
import { DrizzleQueryError } from 'drizzle-orm'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../../src/db/client.ts'
import { Cipher } from '../../src/db/encrypted.ts'
import { type Follow, reopenMs } from '../../src/notifications/followed-task.ts'
import { NotificationLabels } from '../../src/notifications/label.ts'
import { OwnerHub } from '../../src/notifications/owner-hub.ts'
import { OwnerStream, retryMs } from '../../src/notifications/owner-stream.ts'
import { notificationStore as store } from '../../src/notifications/store.ts'
import type { Timers } from '../../src/sse/sse-stream.ts'
import { taskNotFound } from '../../src/tasks/errors.ts'
import { EventLog } from '../../src/tasks/log/event-log.ts'
import * as taskStates from '../../src/tasks/store/task-queries.ts'
import { anyRecord } from '../support/any-record.ts'
import { startConch } from '../support/conch.ts'
import { FollowedTranscript, followedIn } from '../support/followed.ts'
import { openDatabase } from '../support/open-database.ts'
import { RecordedResponse } from '../support/recorded-response.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor, Watcher } from '../support/visitor.ts'

const logger = Fastify({ logger: false }).log
let database: Database
t.before(async () => {
  database = await openDatabase(t)
})

t.test('one connection carries several tasks, each with its own cursors and its end', async t => {
  const { watch, begun } = serving(t)
  const [one, two] = [begun(), begun()]
  const client = await watch([{ taskId: one.taskId }, { taskId: two.taskId }])
  one.delta(0, '하나')
  await client.until(() => client.followed(one).text(0) === '하나')
  two.delta(0, '둘')
  one.delta(0, ' 더')
  end(two)
  await client.until(() => client.followed(two).end !== undefined && client.followed(one).text(0) === '하나 더')
  t.match(client.followed(two), { end: 'done', lastId: '1-4' })
  t.equal(client.followed(two).text(0), '둘')
  t.equal(client.followed(one).end, undefined)
  t.equal(client.followed(one).lastId, '1-4')
  t.match(
    client.raw,
    new RegExp(`\\n\\ndata: \\{"type":"data-followed","id":"${one.taskId}","data":\\{"cursor":"1-1","chunk"`),
  )
  t.ok(
    client.transcript.ids.every(id => /^0-\d+$/.test(id)),
    'the cursor of the connection is that of the owner',
  )
})

t.test('cut off at any frame and followed again from the cursors, nothing is lost or repeated', async t => {
  const { watch, begun } = serving(t)
  const [one, two] = [begun(2), begun(2)]
  const whole = await watch([{ taskId: one.taskId }, { taskId: two.taskId }])
  for (const [index, log] of [one, two, one, one, two, one].entries()) {
    log.delta(index % 2, `${index} 가`)
    await whole.until(() => whole.followed(log).lastId === `1-${log.lastId.seq}`)
  }
  for (const log of [one, two]) end(log)
  await whole.until(() => [one, two].every(log => whole.followed(log).end))
  const all = followedIn(whole.transcript)
  const frames = whole.raw.split('\n\n').filter(frame => frame.includes('data-followed'))
  for (let cut = 0; cut <= frames.length; cut++) {
    const before = followedIn(frames.slice(0, cut))
    const at = (log: EventLog) => ({ taskId: log.taskId, cursor: before.get(log.taskId)?.lastId })
    const again = await watch([at(one), at(two)])
    await again.until(() => [one, two].every(log => again.followed(log).end))
    for (const log of [one, two]) {
      for (const output of [0, 1])
        t.equal(
          (before.get(log.taskId)?.text(output) ?? '') + again.followed(log).text(output),
          all.get(log.taskId)?.text(output),
          `cut after ${cut}`,
        )
      t.notOk(again.followed(log).types.includes('data-reset'))
    }
    again.leave()
  }
})

t.test('a new attempt, a bad cursor and an abandoned log are said, and the stream goes on', async t => {
  const { watch, begun, replace } = serving(t)
  const [log, other] = [begun(), begun()]
  log.delta(0, '헛')
  const client = await watch([{ taskId: log.taskId }, { taskId: other.taskId, cursor: '9-9' }])
  await client.until(() => client.followed(log).text(0) === '헛' && client.followed(other).types.includes('start'))
  t.same(client.followed(other).types.slice(0, 2), ['data-reset', 'start'], 'the cursor is not known')
  log.begin(2)
  await client.until(() => client.followed(log).types.includes('data-reset'))
  t.equal(client.followed(log).text(0), '')
  // As when the rows of a task are read that another instance has ended.
  const rebuilt = replace(log, 3)
  log.abandon()
  rebuilt.append({ type: 'text-start', id: '0' })
  rebuilt.delta(0, '온 글')
  end(rebuilt)
  await client.until(() => client.followed(log).end !== undefined)
  t.equal(client.followed(log).text(0), '온 글')
  other.delta(0, '계속')
  await client.until(() => client.followed(other).text(0) === '계속')
})

t.test('an abandoned log that is still there for a moment keeps nothing busy', async t => {
  const { watch, begun, replace } = serving(t)
  const log = begun()
  log.delta(0, '헛')
  const client = await watch([{ taskId: log.taskId }])
  await client.until(() => client.followed(log).text(0) === '헛')
  // As between the end of an attempt that failed and its release, which waits for the database.
  log.abandon()
  await new Promise(resolve => setTimeout(resolve, 1))
  const rebuilt = replace(log, 2)
  rebuilt.append({ type: 'text-start', id: '0' })
  rebuilt.delta(0, '온 글')
  end(rebuilt)
  await client.until(() => client.followed(log).end !== undefined)
  t.equal(client.followed(log).text(0), '온 글')
})

t.test('while the database is away the texts go on, and the rest comes when it is back', async t => {
  const clock = createClock()
  const { watch, begun, fault, lose, hub, owner } = serving(t, clock as unknown as Timers)
  const [near, far] = [begun(), begun()]
  fault(true)
  lose(far)
  const client = await watch([{ taskId: near.taskId }, { taskId: far.taskId }])
  near.delta(0, '쓰는 중')
  await client.until(() => client.followed(near).text(0) === '쓰는 중')
  t.notOk(client.transcript.types().includes('data-unread'))
  fault(false)
  far.delta(0, '먼 글')
  clock.tick(Math.max(retryMs, reopenMs))
  await client.until(({ chunks }) => chunks.some(({ type }) => type === 'data-unread'))
  await client.until(() => client.followed(far).text(0) === '먼 글')
  t.equal(hub.size, 1)
  t.ok(owner)
})

t.test('a connection that takes one piece at a time gives each task its turn', async t => {
  const { make, begun } = serving(t)
  const logs = [begun(), begun(), begun()]
  const stream = make(logs.map(({ taskId }) => ({ taskId, cursor: undefined })))
  t.teardown(() => stream.destroy())
  const sent: string[] = []
  const response = RecordedResponse.of(stream, bytes => sent.push(bytes.toString()))
  response.reading = false
  for (let piece = 0; piece < 12; piece++) {
    for (const log of logs) log.delta(0, '가')
    await new Promise(resolve => setImmediate(resolve))
    response.emit('drain')
  }
  const told = new Set(sent.flatMap(frame => /"data-followed","id":"([^"]+)"/.exec(frame)?.[1] ?? []))
  t.equal(told.size, logs.length)
})

t.test('a client that leaves is forgotten by every log', async t => {
  const { watch, begun, left } = serving(t)
  const logs = [begun(), begun()]
  const client = await watch(logs.map(({ taskId }) => ({ taskId })))
  await client.until(() => logs.every(log => client.followed(log).lastId === '1-2'))
  t.same(
    logs.map(log => log.readerCount),
    [1, 1],
  )
  const gone = left()
  client.leave()
  await gone
  t.same(
    logs.map(log => log.readerCount),
    [0, 0],
  )
})

t.test('over HTTP: an owner follows their own tasks only, within bounds', async t => {
  const upstream = await startUpstream(t, () => {})
  const conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
  const [owner, stranger] = [new Visitor(conch.url), new Visitor(conch.url)]
  const [mine, theirs] = await Promise.all([owner, stranger].map(one => one.record({ ...anyRecord, versions: 1 })))
  await upstream.requested(2)
  const watcher = await owner.watch(`/api/me/events?follow=${mine};${theirs};${uuidv7()}`)
  const followed = (id = '') => followedIn(watcher.transcript).get(id)
  await watcher.until(
    () => followed(mine)?.types.includes('text-start') === true || followed(theirs)?.end !== undefined,
  )
  for (const completion of upstream.completions) completion.delta('비밀').finish()
  await watcher.until(() => followed(mine)?.end !== undefined && followedIn(watcher.transcript).size === 3)
  t.equal(followed(mine)?.text(0), '비밀')
  t.same([followed(theirs)?.types, followed(theirs)?.end], [[], 'not-found'], 'nothing of another owner')
  watcher.leave()

  const ids = (many: number) => Array.from({ length: many }, () => uuidv7())
  for (const bad of [
    '',
    'x',
    `${mine},${mine}`,
    `${mine}@`,
    `${mine}@<`,
    `${mine};`,
    ids(31).join(';'),
    mine?.toUpperCase(),
  ]) {
    const response = await owner.watch(`/api/me/events?follow=${bad}`)
    t.equal(response.response.status, 400, String(bad))
    response.leave()
  }
  // Each followed task counts among the 100 open streams of tasks.
  const full: Watcher[] = []
  for (let count = 0; count < 3; count++) full.push(await owner.watch(`/api/me/events?follow=${ids(30).join(';')}`))
  const refused = await owner.watch(`/api/me/events?follow=${ids(11).join(';')}`)
  t.match(refused.response, { status: 429 })
  const fits = await owner.watch(`/api/me/events?follow=${ids(10).join(';')}`)
  t.equal(fits.response.status, 200)
  t.equal((await owner.watchTask(mine ?? '')).response.status, 429)
  t.equal((await owner.watch('/api/me/events')).response.status, 200, 'which follows none')
  t.equal((await stranger.watchTask(theirs ?? '')).response.status, 200, 'another owner has room')
  for (const one of [...full, refused, fits]) one.leave()
})

/** Ends a log as a task that completed. */
function end(log: EventLog): void {
  log.append({ type: 'finish', finishReason: 'stop' })
}

/** A server of one owner, whose request's body names what to follow. */
function serving(t: Test, timers?: Timers) {
  const owner = uuidv7()
  const logs = new Map<string, EventLog>()
  const lost = new Set<string>()
  let away = false
  const queries = new Proxy(database.queries, {
    get(target, name, receiver) {
      if (away) throw unavailable()
      return Reflect.get(target, name, receiver)
    },
  })
  const hub = new OwnerHub({ queries, tasks: taskStates, store, timers: timers ?? (globalThis as Timers), logger })
  const log = async (taskId: string, ownerId: string) => {
    if (away && lost.has(taskId)) throw unavailable()
    const found = ownerId === owner ? logs.get(taskId) : undefined
    if (!found) throw taskNotFound()
    return found
  }
  const labels = new NotificationLabels(new Cipher([{ id: 'test', key: new Uint8Array(32) }]))
  const make = (follow: readonly Follow[]) =>
    new OwnerStream({
      ownerId: owner,
      follow,
      log,
      reader: { language: 'ko', basePath: '' },
      queries,
      store,
      labels,
      tasks: taskStates,
      hub,
      logger,
      timers,
    })
  const server = createServer((request, response) => {
    const stream = make(JSON.parse(decodeURIComponent(request.url?.slice(1) ?? '')))
    stream.onClose = () => server.emit('left')
    stream.open(response, { 'content-type': 'text/event-stream' })
  })
  const listening = once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    hub.close()
    server.closeAllConnections()
    server.close()
  })
  const begin = (taskId: string, attempt: number) => {
    const log = new EventLog(taskId, 'record')
    log.begin(attempt)
    logs.set(taskId, log)
    return log
  }
  return {
    owner,
    hub,
    make,
    left: () => once(server, 'left'),
    fault: (now: boolean) => {
      away = now
    },
    /** Its log is not in memory. */
    lose: (log: EventLog) => lost.add(log.taskId),
    replace: (log: EventLog, attempt: number) => begin(log.taskId, attempt),
    begun(outputs = 1): EventLog {
      const log = begin(uuidv7(), 1)
      for (let index = 0; index < outputs; index++) log.append({ type: 'text-start', id: String(index) })
      return log
    },
    async watch(follow: readonly { taskId: string; cursor?: string | undefined }[]) {
      await listening
      const leave = new AbortController()
      const asked = encodeURIComponent(JSON.stringify(follow))
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${asked}`
      const watcher = new Watcher(await fetch(address, { signal: leave.signal }), leave)
      t.teardown(() => watcher.leave())
      const followed = (log: EventLog) => followedIn(watcher.transcript).get(log.taskId) ?? new FollowedTranscript()
      return Object.assign(watcher, { followed })
    },
  }
}

function unavailable(): Error {
  return new DrizzleQueryError('select 1', [], Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))
}
