import t from 'tap'
import { newTraceId, traceIdOf } from '../../src/base/trace-id.ts'

const known = '4bf92f3577b34da6a3ce929d0e0e4736'

t.test('a valid traceparent is followed, of later versions as well', async t => {
  t.equal(traceIdOf(`00-${known}-00f067aa0ba902b7-01`), known)
  t.equal(traceIdOf(`cc-${known}-00f067aa0ba902b7-01-what-the-future-brings`), known)
})

t.test('anything else begins a trace of its own', async t => {
  for (const header of [
    undefined,
    '',
    known,
    `ff-${known}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${known}-${'0'.repeat(16)}-01`,
    `00-${known.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${known}-00f067aa0ba902b7-01x`,
    ` 00-${known}-00f067aa0ba902b7-01`,
  ]) {
    t.match(traceIdOf(header), /^[\da-f]{32}$/)
    t.not(traceIdOf(header), known)
  }
  t.not(newTraceId(), newTraceId())
})
