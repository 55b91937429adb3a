import t from 'tap'
import { type Cursor, formatCursor } from '../../../src/tasks/log/event.ts'
import { EventLog } from '../../../src/tasks/log/event-log.ts'
import type { LoggedEvent } from '../../../src/tasks/log/segments.ts'
import { Transcript } from '../../support/transcript.ts'

const plenty = 1_000_000

t.test('missed events are folded into one per output, whose ids are the cursor of the reader', async t => {
  const log = interleaved()
  const events = readAll(log, { attempt: 1, seq: 4 })
  t.same(
    events.map(({ id }) => id),
    ['1-4~0:14', '1-4~0:14,1:15', '1-16', '1-17'],
  )
})

t.test('a reader that comes back at any cursor ever sent ends with the same text', async t => {
  const log = interleaved()
  const whole = transcriptOf(log, undefined)
  const everyCut = [1, 3, 7, plenty]
  for (const maxChars of everyCut) {
    let position: Cursor = { attempt: 1, seq: 0 }
    const seen = new Transcript()
    for (;;) {
      const read = log.read(position, maxChars)
      if (read.kind !== 'events') break
      for (const event of read.events) {
        seen.take(event)
        const rest = transcriptOf(log, event.id)
        for (const output of [0, 1, 2]) {
          t.equal(seen.text(output) + rest.text(output), whole.text(output), `output ${output} from ${event.id}`)
        }
      }
      position = read.position
    }
    t.same(seen.texts, whole.texts)
  }
})

t.test('cursors that this log cannot have sent start over with a reset', async t => {
  const log = interleaved()
  for (const cursor of [
    '',
    'x',
    '1',
    '1-0',
    '1-999',
    '1-4~0:5,1:x',
    '1-4~7:5',
    '1-4~0:6',
    '1-4~0:3',
    '2-1',
    '0-7',
    '0-1~0:2',
    '-1-2',
    '1-2\n',
    '９-1',
    `1-${'9'.repeat(400)}`,
  ]) {
    const located = log.locate(cursor)
    t.match(located, { kind: 'from', position: { attempt: 1, seq: 0 }, reset: 'cursor' }, JSON.stringify(cursor))
  }
})

t.test('a cursor of the queue is never stale, one of an older attempt is', async t => {
  const log = new EventLog('task', 'record')
  log.begin(0)
  log.append({ type: 'data-stage', id: 'stage', data: { stage: 'queued', at: '' } })
  log.begin(1)
  t.same(log.locate('0-2'), { kind: 'from', position: { attempt: 1, seq: 0 } })
  t.same(log.read({ attempt: 0, seq: 2 }, plenty).kind, 'events')
  log.begin(2)
  t.match(log.locate('1-1'), { reset: 'new-attempt' })
  t.match(log.read({ attempt: 1, seq: 1 }, plenty), {
    kind: 'reset',
    reason: 'new-attempt',
    position: { attempt: 2, seq: 0 },
  })
})

t.test('at or beyond its end nothing is left to send', async t => {
  const log = begun()
  log.append({ type: 'finish', finishReason: 'stop' })
  t.equal(log.locate('1-2').kind, 'ended')
  t.equal(log.locate('1-3').kind, 'ended')
  t.equal(log.locate('2-1').kind, 'ended')
  t.equal(log.locate('1-1').kind, 'from')
  t.throws(() => log.append({ type: 'abort', reason: 'late' }), 'nothing follows the end')
})

t.test('a rebuilt log takes no cursor of the log it replaces but the last', async t => {
  const log = begun()
  log.append({ type: 'text-start', id: '0' })
  log.delta(0, 'text')
  log.appendRebuiltEnd({ type: 'finish', finishReason: 'stop' }, { attempt: 1, seq: 940 })
  t.equal(log.locate('1-940').kind, 'ended')
  t.match(log.locate('1-939'), { kind: 'from', reset: 'cursor' })
  t.match(log.locate('1-2'), { kind: 'from', reset: 'cursor' })
  const { ids, texts } = transcriptOf(log, undefined)
  t.equal(ids.at(-1), '1-940')
  t.equal(texts.get(0), 'text')
})

t.test('a restarted output has only its new text', async t => {
  const log = begun()
  log.append({ type: 'text-start', id: '0' })
  log.delta(0, 'old')
  log.append({ type: 'data-output', id: 'output-0', data: { index: 0, status: 'restarted' } })
  t.equal(log.text(0), '')
  log.append({ type: 'text-start', id: '0' })
  log.delta(0, 'new')
  t.equal(log.text(0), 'new')
  t.equal(transcriptOf(log, undefined).text(0), 'new')
})

t.test('U+0000, which the database cannot store, never enters', async t => {
  const log = begun()
  log.delta(0, 'a\0b')
  t.equal(log.text(0), 'a\uFFFDb')
})

t.test('ten thousand deltas cost a reader that comes late three frames', async t => {
  const log = begun()
  for (let index = 0; index < 10_000; index++) {
    log.delta(index % 3, `${index} `)
    log.text(0) // ends the turn
  }
  t.equal(readAll(log, { attempt: 1, seq: 1 }).length, 3)
})

function begun(): EventLog {
  const log = new EventLog('task', 'record')
  log.begin(1)
  return log
}

/** start, three text-starts, 12 deltas that interleave, text-end. */
function interleaved(): EventLog {
  const log = begun()
  for (const id of ['0', '1', '2']) log.append({ type: 'text-start', id })
  for (const round of ['가', '나나', '다', '라라라']) {
    for (const output of [0, 1, 2]) log.delta(output, `${round}${output}`)
  }
  log.append({ type: 'text-end', id: '0' })
  return log
}

t.test('a mirror takes the next event, ignores those it has, and takes nothing with a gap before it', t => {
  const log = new EventLog('task', 'record')
  log.begin(1)
  log.append({ type: 'text-start', id: '0' })
  for (const delta of ['하나 ', '둘 ', '셋 ']) {
    log.delta(0, delta)
    log.text(0) // ends the turn
  }
  const events = log.readRaw(0, plenty)
  const mirror = new EventLog('task', 'record')
  mirror.begin(0)
  const take = (index: number, attempt = 1) => mirror.mirror({ attempt, seq: index + 1 }, events[index]?.data ?? '')
  t.notOk(take(1), 'not an event in the middle of an attempt that is not here')
  t.equal(mirror.attempt, 0)
  for (const index of [0, 1, 2]) t.ok(take(index))
  t.ok(take(1), 'an event that is here already')
  t.notOk(take(4), 'not an event after a missing one')
  t.equal(mirror.text(0), '하나 ')
  for (const index of [3, 4]) t.ok(take(index))
  t.same(mirror.readRaw(0, plenty), events)
  t.notOk(take(1, 2), 'nor the middle of the next attempt')
  t.ok(take(0, 2))
  t.ok(take(4, 1), 'an event that has become void')
  t.same([mirror.lastId, mirror.text(0)], [{ attempt: 2, seq: 1 }, ''])
  t.end()
})

function readAll(log: EventLog, from: Cursor, maxChars = plenty): LoggedEvent[] {
  const events: LoggedEvent[] = []
  for (let position = from; ; ) {
    const read = log.read(position, maxChars)
    if (read.kind !== 'events') return events
    events.push(...read.events)
    position = read.position
  }
}

function transcriptOf(log: EventLog, cursor: string | undefined): Transcript {
  const located = log.locate(cursor)
  const transcript = new Transcript()
  if (located.kind === 'ended') return transcript
  if (located.reset) throw new Error(`${cursor} was refused`)
  for (const event of readAll(log, located.position)) transcript.take(event)
  return transcript
}

t.equal(
  formatCursor({
    attempt: 1,
    seq: 6,
    ahead: new Map([
      [0, 938],
      [1, 939],
    ]),
  }),
  '1-6~0:938,1:939',
)
