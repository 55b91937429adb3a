import t from 'tap'
import { DeltaRun } from '../../../src/tasks/log/delta-run.ts'
import { collected } from '../../support/collected.ts'

const plenty = 1_000_000

/** Deltas as they were appended, each with its seq; more of them than are joined into one string. */
const deltas = Array.from({ length: 200 }, (_, index) => ({ seq: 10 + index * 3, text: `${index},` }))

function filled(): DeltaRun {
  const run = new DeltaRun()
  for (const { seq, text } of deltas) run.append(seq, text)
  return run
}

const textAfter = (seq: number) =>
  deltas
    .filter(delta => delta.seq > seq)
    .map(({ text }) => text)
    .join('')

t.test('the text after any seq is the text that was appended after it', async t => {
  const run = filled()
  const last = run.lastSeq
  t.equal(last, 10 + 199 * 3)
  for (let seq = 0; seq < last; seq++) t.same(run.after(seq, plenty), { text: textAfter(seq), seq: last }, `${seq}`)
  t.equal(run.after(last, plenty), undefined)
  t.equal(run.after(last + 5, plenty), undefined)
  t.equal(run.text, textAfter(0))
})

t.test('read in pieces of any size, nothing is lost, repeated or cut within a delta', async t => {
  for (const maxChars of [1, 2, 7, 100, 5000]) {
    const run = filled()
    let text = ''
    let seq = 0
    for (let piece = run.after(seq, maxChars); piece; piece = run.after(seq, maxChars)) {
      t.ok(piece.text.length <= Math.max(maxChars, 4), 'no more than requested, but at least one delta')
      t.ok(piece.text.endsWith(','), 'whole deltas')
      text += piece.text
      seq = piece.seq
    }
    t.equal(text, textAfter(0), `${maxChars}`)
  }
})

t.test('a delta that is longer than the requested size comes alone and whole', async t => {
  const run = new DeltaRun()
  run.append(1, 'x'.repeat(100))
  run.append(2, 'y')
  t.same(run.after(0, 10), { text: 'x'.repeat(100), seq: 1 })
})

t.test('pieces that are read while it grows add up to the whole', async t => {
  const run = new DeltaRun()
  let text = ''
  let seq = 0
  for (const [index, delta] of deltas.entries()) {
    run.append(delta.seq, delta.text)
    if (index % 7 !== 0) continue
    const piece = run.after(seq, plenty)
    text += piece?.text
    seq = piece?.seq ?? seq
  }
  t.equal(text + run.after(seq, plenty)?.text, textAfter(0))
})

for (const gap of [3, 100_000]) {
  t.test(`deltas that are long, ${gap} apart, are found like others`, async t => {
    const run = new DeltaRun()
    const long = 'x'.repeat(100_000)
    for (let index = 1; index <= 200; index++) run.append(index * gap, index % 50 === 0 ? long : 'y')
    for (let index = 1; index <= 200; index++) {
      t.ok(run.has(index * gap))
      t.notOk(run.has(index * gap - 1))
      const piece = run.after(index * gap - 1, 1)
      t.same(piece, { text: index % 50 === 0 ? long : 'y', seq: index * gap })
    }
    t.equal(run.text.length, 4 * long.length + 196)
  })
}

t.test('its deltas take little more memory than their text, also before there is a whole block', async t => {
  const runs: DeltaRun[] = []
  const before = await collected()
  for (let count = 0; count < 1000; count++) {
    const run = new DeltaRun()
    for (let index = 1; index <= 60; index++) run.append(index * 3, JSON.parse(`"${count % 1000} 단어"`))
    runs.push(run)
  }
  const each = ((await collected()).heapUsed - before.heapUsed) / runs.length
  const text = 2 * (runs.at(-1) as DeltaRun).text.length
  t.ok(each < 2 * text + 1500, `${each} bytes for a text of ${text}`)
})

t.test('it has the seqs of its deltas, and no others', async t => {
  const run = filled()
  const seqs = new Set(deltas.map(({ seq }) => seq))
  for (let seq = 0; seq <= run.lastSeq + 5; seq++) t.equal(run.has(seq), seqs.has(seq), `${seq}`)
})

t.test('an empty run has nothing', async t => {
  const run = new DeltaRun()
  t.equal(run.after(0, plenty), undefined)
  t.equal(run.text, '')
  t.equal(run.lastSeq, 0)
  t.notOk(run.has(0))
})
