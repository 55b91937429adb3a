import { createClock } from '@sinonjs/fake-timers'
import t, { type Test } from 'tap'
import { DatabaseUnavailable } from '../../../src/db/faults.ts'
import type { Timers } from '../../../src/sse/sse-stream.ts'
import { taskNotFound } from '../../../src/tasks/errors.ts'
import type { EventLog } from '../../../src/tasks/log/event-log.ts'
import { LivenessLease } from '../../../src/tasks/log/lease.ts'
import { Logs } from '../../../src/tasks/log/logs.ts'
import { terminalChunk } from '../../../src/tasks/log/rebuild.ts'
import type { Replication } from '../../../src/tasks/log/replication.ts'
import type { SavedTask } from '../../../src/tasks/log/saved-task.ts'
import { quietLogger } from '../../support/quiet-logger.ts'
import { completedTask, storedOutput, taskRow } from '../../support/task-rows.ts'

const retentionMs = 60_000
const { id } = taskRow()

/** Logs over rows that the test changes, under a clock that only the test moves. */
function logsOver(saved: SavedTask) {
  const clock = createClock()
  const rows = { saved, loads: 0 }
  const logs = new Logs(
    async () => {
      rows.loads++
      return rows.saved
    },
    clock as unknown as Timers,
  )
  return { clock, rows, logs, read: () => logs.forReading(rows.saved.task) }
}

const queued: SavedTask = { task: taskRow(), outputs: [storedOutput()] }

function chunksOf(log: EventLog): { type: string; delta?: string }[] {
  const read = log.read({ attempt: log.attempt, seq: 0 }, 1_000_000)
  return read.kind === 'events' ? read.events.map(({ data }) => JSON.parse(data)) : []
}

const types = (log: EventLog) => chunksOf(log).map(({ type }) => type)

/** Writes the events of an attempt, to its end. */
function write(log: EventLog, attempt: number, text: string): void {
  log.begin(attempt)
  log.append({ type: 'text-start', id: '0' })
  log.delta(0, text)
  log.append(terminalChunk('completed', []))
}

t.test('the log of a waiting task shows it as queued, and is the one that its attempt will write', async t => {
  const { logs, read } = logsOver(queued)
  const log = await read()
  t.same(types(log), ['start', 'data-stage'])
  t.equal(logs.forWriting({ id, kind: 'record', attempt: 1 }), log)
  t.equal(logs.written(id), log)
  t.equal(await read(), log)
  logs.close()
})

t.test('a waiting task is shown from its row: no more is read', async t => {
  const { logs, rows } = logsOver(queued)
  const log = await logs.open(id, async () => queued.task)
  t.same(types(log), ['start', 'data-stage'])
  t.equal(rows.loads, 0)
  t.equal(logs.forWriting({ id, kind: 'record', attempt: 1 }), log)
  logs.close()
})

t.test('a task that waited when its row was read, and has ended since, is shown as ended', async t => {
  const { clock, logs, rows } = logsOver(completedTask('글'))
  const log = await logs.open(id, async () => {
    write(logs.forWriting({ id, kind: 'record', attempt: 1 }), 1, '글')
    logs.release(id)
    // It was deleted again, too.
    clock.tick(60_000)
    return queued.task
  })
  t.equal(rows.loads, 1)
  t.equal(types(log).at(-1), 'finish')
  logs.close()
})

t.test('the log of a task that has ended is rebuilt from its rows, under its old terminal id', async t => {
  const { logs, read } = logsOver(completedTask('하나', '둘'))
  const log = await read()
  t.same(log.terminal, { attempt: 1, seq: 40 })
  t.same(
    chunksOf(log).flatMap(({ delta }) => delta ?? []),
    ['하나', '둘'],
  )
  t.equal(types(log).at(-1), 'finish')
  t.same(log.locate('1-40'), { kind: 'ended' })
  t.match(log.locate('1-7'), { kind: 'from', reset: 'cursor' }, 'only the terminal id is the same')
  logs.close()
})

t.test('a log that ended stays for a minute, then is read from the rows', async t => {
  const { clock, rows, logs, read } = logsOver(queued)
  const log = logs.forWriting({ id, kind: 'record', attempt: 1 })
  write(log, 1, '글')
  rows.saved = completedTask('글')
  logs.release(id)
  clock.tick(retentionMs - 1)
  t.equal(await read(), log)
  t.equal(rows.loads, 0)
  clock.tick(1)
  t.equal(logs.size, 0)
  t.not(await read(), log)
  t.equal(rows.loads, 1)
  logs.close()
})

t.test('a log stays as long as it is written or read, and a minute more', async t => {
  const { clock, logs } = logsOver(queued)
  const log = logs.forWriting({ id, kind: 'record', attempt: 1 })
  clock.tick(10 * retentionMs)
  t.equal(logs.size, 1, 'while it is written')
  const leave = log.subscribe(() => {})
  write(log, 1, '글')
  logs.release(id)
  clock.tick(10 * retentionMs)
  t.equal(logs.size, 1, 'while it is read')
  const other = log.subscribe(() => {})
  leave()
  clock.tick(10 * retentionMs)
  t.equal(logs.size, 1, 'while a reader follows it')
  other()
  clock.tick(retentionMs - 1)
  t.equal(logs.size, 1)
  clock.tick(1)
  t.equal(logs.size, 0)
  logs.close()
})

t.test('a task that is retried keeps its readers: their log goes on with the next attempt', async t => {
  const { clock, rows, logs, read } = logsOver(completedTask('글'))
  const log = await read()
  let woken = 0
  log.subscribe(() => woken++)
  rows.saved = { task: taskRow({ attempt: 1 }), outputs: [storedOutput()] }
  logs.refresh(rows.saved)
  t.same(types(log), ['start', 'data-stage'])
  t.equal(logs.forWriting({ id, kind: 'record', attempt: 1 }), log)
  write(log, 2, '새 글')
  rows.saved = { ...completedTask('새 글'), task: { ...completedTask().task, attempt: 2, terminalId: '2-9' } }
  logs.release(id)
  clock.tick(10 * retentionMs)
  t.equal(await read(), log)
  await Promise.resolve()
  t.ok(woken > 0)
  logs.close()
})

t.test('a log that is behind the rows catches up before it is read', async t => {
  const { rows, logs, read } = logsOver(queued)
  const log = await read()
  rows.saved = completedTask('다른 곳에서 쓴 글')
  t.equal(await read(), log)
  t.equal(types(log).at(-1), 'finish')
  logs.close()
})

t.test('rows read before an attempt began are not taken for the present state', async t => {
  const clock = createClock()
  const loaded = Promise.withResolvers<SavedTask>()
  let loads = 0
  const load = () => (++loads === 1 ? loaded.promise : Promise.resolve(completedTask('글')))
  const logs = new Logs(load, clock as unknown as Timers)
  const reading = logs.forReading(queued.task)
  const log = logs.forWriting({ id, kind: 'record', attempt: 1 })
  write(log, 1, '글')
  logs.release(id)
  loaded.resolve(queued)
  t.equal(await reading, log)
  t.equal(types(log).at(-1), 'finish')
  logs.close()
})

t.test('a reader waits for its own rows, however many other tasks begin meanwhile', async t => {
  const logs = new Logs(
    async () => {
      logs.forWriting({ id: `other ${logs.size}`, kind: 'record', attempt: 1 }).begin(1)
      return completedTask('글')
    },
    createClock() as unknown as Timers,
  )
  t.equal((await logs.forReading(completedTask('글').task)).text(0), '글')
  logs.close()
})

t.test(
  'a task that is queued again is not taken for ended, though the log of its last attempt is still here',
  async t => {
    const { logs, rows, read } = logsOver(completedTask('글'))
    const ended = await read()
    rows.saved = { ...queued, task: { ...queued.task, attempt: 1 } }
    const log = await read()
    t.equal(log, ended)
    t.match(log.locate(completedTask('글').task.terminalId ?? ''), { kind: 'from', reset: 'new-attempt' })
    logs.close()
  },
)

t.test('a reader in the middle of an ended log is not cut off by a refresh that brings nothing new', async t => {
  const { logs, read } = logsOver(completedTask('글'))
  const log = await read()
  const next = log.read({ attempt: 1, seq: 1 }, 1)
  logs.refresh(completedTask('다른 글'))
  t.same(log.read({ attempt: 1, seq: 1 }, 1), next)
  logs.close()
})

t.test('a task that was cancelled while its rows were read for the first reader is shown as ended', async t => {
  const rows = Promise.withResolvers<SavedTask>()
  const cancelled: SavedTask = { task: taskRow({ status: 'cancelled', terminalId: '0-3' }), outputs: [storedOutput()] }
  let loads = 0
  const load = () => (++loads === 1 ? rows.promise : Promise.resolve(cancelled))
  const logs = new Logs(load, createClock() as unknown as Timers)
  const reading = logs.forReading(queued.task)
  logs.refresh(cancelled)
  rows.resolve(queued)
  t.same((await reading).terminal, { attempt: 0, seq: 3 })
  logs.close()
})

t.test('rows that cannot be read make no log', async t => {
  const logs = new Logs(
    async () => {
      throw new Error('the database is unavailable')
    },
    createClock() as unknown as Timers,
  )
  await t.rejects(logs.forReading(queued.task), { message: 'the database is unavailable' })
  t.equal(logs.size, 0)
})

t.test('1,000 readers that come while a log is dropped and rebuilt all read the whole of one log', async t => {
  const { clock, rows, logs, read } = logsOver(completedTask('온전한 글'))
  const seen = new Map<EventLog, number>()
  const reader = async () => {
    const log = await read()
    const leave = log.subscribe(() => {})
    seen.set(log, (seen.get(log) ?? 0) + 1)
    t.same(
      chunksOf(log).flatMap(({ delta }) => delta ?? []),
      ['온전한 글'],
    )
    t.equal(types(log).at(-1), 'finish')
    leave()
  }
  for (let wave = 0; wave < 10; wave++) {
    const readers = Array.from({ length: 100 }, reader)
    if (wave % 2 === 0) clock.tick(retentionMs)
    await Promise.all(readers)
    clock.tick(wave % 3 === 0 ? retentionMs : 1)
    t.ok(logs.size <= 1)
  }
  t.equal(
    Array.from(seen.values()).reduce((sum, readers) => sum + readers, 0),
    1000,
  )
  t.ok(seen.size > 1 && seen.size <= 10, 'it was dropped and rebuilt, and shared meanwhile')
  t.ok(rows.loads >= seen.size)
  logs.close()
})

t.test('at most 2,000 logs without readers are kept; the oldest is dropped first', async t => {
  const clock = createClock()
  const logs = new Logs(async taskId => ({ ...completedTask('글'), task: { ...completedTask().task, id: taskId } }), {
    setTimeout: clock.setTimeout.bind(clock),
    clearTimeout: clock.clearTimeout.bind(clock),
  } as unknown as Timers)
  const open = (taskId: string) => logs.forReading({ ...completedTask().task, id: taskId })
  const first = await open('task-0')
  const second = await open('task-1')
  second.subscribe(() => {})
  for (let n = 2; n < 2_003; n++) await open(`task-${n}`)
  t.ok(logs.size <= 2_001)
  t.not(await open('task-0'), first)
  t.equal(await open('task-1'), second, 'one that is read stays')
  logs.close()
  t.equal(clock.countTimers(), 0)
})

t.test('a second attempt of the same process gets a log of its own, and the first one is abandoned', async t => {
  const { logs } = logsOver(queued)
  const first = logs.forWriting({ id, kind: 'record', attempt: 1 })
  first.begin(1)
  const second = logs.forWriting({ id, kind: 'record', attempt: 1 })
  t.not(second, first)
  t.same(first.read({ attempt: 1, seq: 0 }, 100), { kind: 'abandoned' })
  t.equal(logs.written(id), second)
  logs.close()
})

t.test('a task that was cancelled in the queue, retried and ended elsewhere is shown as it ended', async t => {
  const { rows, logs, read } = logsOver({
    task: taskRow({ status: 'cancelled', terminalId: '0-3', finishedAt: new Date(0) }),
    outputs: [storedOutput({ status: 'cancelled' })],
  })
  t.equal(types(await read()).at(-1), 'abort')
  rows.saved = completedTask('글')
  const log = await read()
  t.equal(types(log).at(-1), 'finish')
  t.equal(log.locate('0-3').kind, 'from', 'a reader that saw it cancelled still has events to come')
  logs.close()
})

t.test('rows that are older than events from another instance do not remove these', async t => {
  const { logs, mirrored } = await mirroredLog(t, { task: taskRow({ attempt: 1 }), outputs: [storedOutput()] })
  mirrored.mirror({ attempt: 2, seq: 1 }, '')
  logs.refresh({ task: taskRow({ attempt: 1 }), outputs: [storedOutput()] })
  t.equal(mirrored.attempt, 2)
})

t.test('a task that runs elsewhere is shown by its row when its log cannot be had', async t => {
  const logs = logsElsewhere(t, async () => {
    throw taskNotFound()
  })
  t.equal(await logs.live(taskRow({ status: 'running', attempt: 1 })), undefined)
})

t.test('a reader of a log that does not come waits for it once', async t => {
  const { logs, syncs } = await mirroredLog(t, { task: taskRow({ status: 'running', attempt: 1 }), outputs: [] })
  const before = syncs()
  await logs.forReading(taskRow({ status: 'running', attempt: 1 }))
  t.equal(syncs() - before, 1)
})

t.test('a task whose rows cannot be read disconnects its readers: they get the error when they come back', async t => {
  let load = async (): Promise<SavedTask> => queued
  const logs = logsElsewhere(t, () => load())
  const log = await logs.forReading(queued.task)
  load = async () => {
    throw new DatabaseUnavailable(new Error('away'))
  }
  await logs.reconcile(id)
  t.notOk(log.abandoned, 'an unavailable database is waited for')
  load = async () => {
    throw new Error('it was encrypted with a key that is lost')
  }
  await logs.reconcile(id)
  t.ok(log.abandoned)
  await t.rejects(logs.forReading(queued.task), { message: 'it was encrypted with a key that is lost' })
})

/** Logs beside other instances that send nothing. */
function logsElsewhere(t: Test, load: () => Promise<SavedTask>, sync = async () => {}): Logs {
  const timers = createClock() as unknown as Timers
  const replication = {
    follow: () => ({ heardAt: 0, sync, listen() {}, stop() {} }),
  } as unknown as Replication
  const elsewhere = { replication, taskPositions: async () => [], lease: new LivenessLease(), logger: quietLogger }
  const logs = new Logs(load, timers, elsewhere)
  t.teardown(() => logs.close())
  return logs
}

async function mirroredLog(t: Test, saved: SavedTask) {
  let count = 0
  const logs = logsElsewhere(
    t,
    async () => saved,
    async () => void count++,
  )
  const mirrored = await logs.forReading(saved.task)
  return { logs, mirrored, syncs: () => count }
}

t.test('what ends after logs are closed starts no timer: nothing is left that could hold the process', async t => {
  const { clock, logs, read } = logsOver(queued)
  const log = await read()
  const leave = log.subscribe(() => {})
  const other = logs.forWriting({ id: 'another', kind: 'record', attempt: 1 })
  other.begin(1)
  logs.close()
  leave()
  logs.release('another')
  t.equal(clock.countTimers(), 0)
})
