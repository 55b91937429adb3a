import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { EventLog } from '../../../src/tasks/log/event-log.ts'
import { fillQueued } from '../../../src/tasks/log/rebuild.ts'
import type { FollowFrom, Following, Replication } from '../../../src/tasks/log/replication.ts'
import type { TaskRow } from '../../../src/tasks/store/rows.ts'

export interface Instance {
  replication: Replication
  /** Tasks in whose log it found a later attempt. */
  replaced: string[]
}

/** All events of the attempt, as they were appended. */
export function rawOf(log: EventLog) {
  return { attempt: log.attempt, events: log.readRaw(0, Number.POSITIVE_INFINITY) }
}

/** The log of an instance that knows only the task's row. */
export function queuedLog(taskId: string): EventLog {
  const log = new EventLog(taskId, 'record')
  fillQueued(log, { id: taskId, createdAt: new Date(0) } as TaskRow)
  return log
}

/** Polls, since no event signals the change. */
export async function until(condition: () => unknown): Promise<void> {
  while (!(await condition())) await delay(5)
}

export async function same(t: Test, mirror: EventLog, log: EventLog): Promise<void> {
  await until(() => mirror.attempt === log.attempt && mirror.lastId.seq === log.lastId.seq)
  t.same(rawOf(mirror), rawOf(log))
}

/** Follows as an instance whose log has readers. */
export function listen(replication: Replication, mirror: EventLog, from: FollowFrom): Following {
  const following = replication.follow(mirror, from)
  following.listen(true)
  return following
}

/** Begins an attempt as the runner does: its log is published before its first event. */
export function begin({ replication }: Instance, log: EventLog, attempt: number) {
  const publication = replication.publish(log, attempt)
  log.begin(attempt)
  return publication
}

/** Appends a text of two outputs, a few deltas at a time. */
export async function write(log: EventLog, words: number): Promise<void> {
  for (const id of ['0', '1']) log.append({ type: 'text-start', id })
  for (let word = 0; word < words; word++) {
    log.delta(word % 2, `낱말 ${word} `)
    if (word % 3 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  for (const id of ['0', '1']) log.append({ type: 'text-end', id })
}

const running = { voidAttempt: 0, running: true }
const queued = { voidAttempt: 0, running: false }

/** The contract of every replication. `open` makes another instance of the same Conch, ready to be used. */
export function replicationContract(t: Test, open: (t: Test) => Promise<Instance>): void {
  t.test('a follower from the queue on has every event, in order, under its id', async t => {
    const [writer, reader] = await Promise.all([open(t), open(t)])
    const id = uuidv7()
    const mirror = queuedLog(id)
    await listen(reader.replication, mirror, queued).sync()
    t.equal(mirror.attempt, 0, 'there is nothing yet')
    const log = new EventLog(id, 'record')
    begin(writer, log, 1)
    await write(log, 300)
    log.append({ type: 'finish', finishReason: 'stop' })
    await same(t, mirror, log)
    t.same([mirror.text(0), mirror.text(1)], [log.text(0), log.text(1)])
    t.equal(mirror.terminal?.seq, log.terminal?.seq)
  })

  t.test('a follower that comes in the middle, or at the end, misses nothing; several may follow', async t => {
    const [writer, reader, third] = await Promise.all([open(t), open(t), open(t)])
    const log = new EventLog(uuidv7(), 'record')
    begin(writer, log, 1)
    await write(log, 1_200)
    const mirrors = [reader, third].map(({ replication }) => {
      const mirror = queuedLog(log.taskId)
      listen(replication, mirror, running)
      return mirror
    })
    await write(log, 300)
    for (const mirror of mirrors) await same(t, mirror, log)
    log.append({ type: 'abort', reason: 'cancelled' })
    for (const mirror of mirrors) await same(t, mirror, log)
    const late = queuedLog(log.taskId)
    await open(t).then(({ replication }) => listen(replication, late, running).sync())
    await same(t, late, log)
  })

  t.test('sync resolves with every existing event, so that a cursor of another instance is known', async t => {
    const [writer, reader] = await Promise.all([open(t), open(t)])
    const log = new EventLog(uuidv7(), 'record')
    const publication = begin(writer, log, 1)
    const before = queuedLog(log.taskId)
    await listen(reader.replication, before, running).sync()
    await write(log, 50)
    await same(t, before, log)
    await until(() => publication.followers === 1)
    const mirror = queuedLog(log.taskId)
    await open(t).then(({ replication }) => listen(replication, mirror, running).sync())
    t.same(mirror.locate('1-20'), { kind: 'from', position: { attempt: 1, seq: 20 } })
  })

  t.test('a new attempt voids the one before, which can append nothing any more, and is notified', async t => {
    const [old, next, reader] = await Promise.all([open(t), open(t), open(t)])
    const id = uuidv7()
    const mirror = queuedLog(id)
    listen(reader.replication, mirror, queued)
    const first = new EventLog(id, 'record')
    begin(old, first, 1)
    await write(first, 30)
    await same(t, mirror, first)
    const second = new EventLog(id, 'record')
    begin(next, second, 2)
    second.append({ type: 'text-start', id: '0' })
    second.delta(0, '둘째')
    await same(t, mirror, second)
    first.delta(0, '늦은 말')
    first.append({ type: 'finish', finishReason: 'stop' })
    await until(() => old.replaced.includes(id))
    second.append({ type: 'text-end', id: '0' })
    await same(t, mirror, second)
    const late = queuedLog(id)
    await reader.replication.read(late)
    await same(t, late, second)
    t.same(next.replaced, [])
  })

  t.test('void attempts are ignored', async t => {
    const [writer, reader] = await Promise.all([open(t), open(t)])
    const log = new EventLog(uuidv7(), 'record')
    begin(writer, log, 1)
    await write(log, 10)
    const all = queuedLog(log.taskId)
    listen(reader.replication, all, running)
    await same(t, all, log)
    const mirror = queuedLog(log.taskId)
    const other = await open(t)
    await listen(other.replication, mirror, { voidAttempt: 1, running: false }).sync()
    t.equal(mirror.attempt, 0)
    begin(writer, log, 2)
    await same(t, mirror, log)
  })

  t.test('the writer knows its number of followers', async t => {
    const [writer, reader] = await Promise.all([open(t), open(t)])
    const log = new EventLog(uuidv7(), 'record')
    const publication = begin(writer, log, 1)
    const following = listen(reader.replication, queuedLog(log.taskId), running)
    await following.sync()
    log.delta(0, '하나')
    await until(() => publication.followers === 1)
    following.stop()
    await until(() => {
      log.delta(0, '둘')
      return publication.followers === 0
    })
  })

  t.test(
    'a follower without readers is not counted, gets existing events when it asks, and everything once it listens',
    async t => {
      const [writer, reader] = await Promise.all([open(t), open(t)])
      const log = new EventLog(uuidv7(), 'record')
      const publication = begin(writer, log, 1)
      const mirror = queuedLog(log.taskId)
      const following = reader.replication.follow(mirror, running)
      for (let round = 0; round < 5; round++) {
        await write(log, 10)
        await until(async () => {
          await following.sync()
          return mirror.lastId.seq === log.lastId.seq
        })
        t.equal(publication.followers, 0)
      }
      for (let round = 0; round < 20; round++) {
        const writing = write(log, 20)
        following.listen(true)
        await writing
        await same(t, mirror, log)
        following.listen(false)
      }
      await until(() => {
        log.delta(0, '둘')
        return publication.followers === 0
      })
    },
  )

  t.test('a stopped follower gets nothing more', async t => {
    const [writer, reader, third] = await Promise.all([open(t), open(t), open(t)])
    const log = new EventLog(uuidv7(), 'record')
    begin(writer, log, 1)
    const [stopped, other] = [queuedLog(log.taskId), queuedLog(log.taskId)]
    const following = listen(reader.replication, stopped, running)
    listen(third.replication, other, running)
    await following.sync()
    following.stop()
    await write(log, 20)
    await same(t, other, log)
    t.ok(stopped.lastId.seq < log.lastId.seq)
  })

  t.test('the last attempt can be read by the instance that takes it up', async t => {
    const [writer, reader] = await Promise.all([open(t), open(t)])
    const log = new EventLog(uuidv7(), 'record')
    begin(writer, log, 1)
    const mirror = queuedLog(log.taskId)
    listen(reader.replication, mirror, running)
    await write(log, 40)
    await same(t, mirror, log)
    const lost = new EventLog(log.taskId, 'record')
    await reader.replication.read(lost)
    t.equal(lost.text(1), log.text(1))
    const nothing = new EventLog(uuidv7(), 'record')
    await reader.replication.read(nothing)
    t.equal(nothing.text(0), '')
  })

  t.test('events appended before the end are sent, though the attempt is over and the instance stops', async t => {
    const [writer, reader] = await Promise.all([open(t), open(t)])
    const log = new EventLog(uuidv7(), 'record')
    const mirror = queuedLog(log.taskId)
    await listen(reader.replication, mirror, queued).sync()
    const publication = begin(writer, log, 1)
    await write(log, 500)
    log.append({ type: 'finish', finishReason: 'stop' })
    publication.end()
    await writer.replication.close()
    await same(t, mirror, log)
  })

  t.test('of a deleted task nothing stays, and its writer writes no more', async t => {
    const [writer, other] = await Promise.all([open(t), open(t)])
    const log = new EventLog(uuidv7(), 'record')
    const mirror = queuedLog(log.taskId)
    begin(writer, log, 1)
    listen(other.replication, mirror, running)
    await write(log, 20)
    await same(t, mirror, log)
    // In the middle of a round trip.
    log.append({ type: 'text-start', id: '2' })
    writer.replication.remove(log.taskId)
    log.append({ type: 'text-start', id: '3' })
    // Events after it are sent after it.
    const next = new EventLog(uuidv7(), 'record')
    const mirrorOfNext = queuedLog(next.taskId)
    listen(other.replication, mirrorOfNext, queued)
    begin(writer, next, 1)
    await same(t, mirrorOfNext, next)
    const late = queuedLog(log.taskId)
    await other.replication.read(late)
    t.equal(late.attempt, 0)
  })

  t.test('instances notify each other that a task has changed, but not themselves', async t => {
    const [one, two] = await Promise.all([open(t), open(t)])
    const heard = [one, two].map(({ replication }) => {
      const changed: string[] = []
      replication.signals.listen({ changed: taskId => void changed.push(taskId), asked: async () => undefined })
      return changed
    })
    const id = uuidv7()
    one.replication.signals.changed(id)
    await until(() => heard[1]?.includes(id))
    t.same(heard, [[], [id]])
  })

  t.test('a question is answered by the instance that it concerns, or by none', async t => {
    const [asker, other, runs] = await Promise.all([open(t), open(t), open(t)])
    const question = { taskId: uuidv7(), ownerId: uuidv7(), retryOutput: 1 }
    for (const { replication } of [asker, other])
      replication.signals.listen({ changed: () => {}, asked: async () => undefined })
    runs.replication.signals.listen({
      changed: () => {},
      asked: async asked => {
        t.same(asked, question)
        return { done: true }
      },
    })
    t.same(await asker.replication.signals.ask(question), { done: true })
    await runs.replication.close()
    t.equal(await asker.replication.signals.ask(question), undefined)
  })
}
