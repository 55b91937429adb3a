import t from 'tap'
import { retryAfterMs } from '../../src/ai/retry-after.ts'

const now = Date.parse('2026-10-21T07:28:00Z')

const said: [string, Record<string, string>, unknown, number | undefined][] = [
  ['nothing', {}, undefined, undefined],
  ['seconds', { 'retry-after': '17' }, undefined, 17_000],
  ['a fraction of a second', { 'retry-after': '0.5' }, undefined, 500],
  ['a date', { 'retry-after': 'Wed, 21 Oct 2026 07:30:00 GMT' }, undefined, 120_000],
  ['a date that has passed', { 'retry-after': 'Wed, 21 Oct 2026 07:27:00 GMT' }, undefined, undefined],
  ['no wait', { 'retry-after': '0' }, undefined, undefined],
  ['a negative number', { 'retry-after': '-5' }, undefined, undefined],
  ['words', { 'retry-after': 'soon' }, undefined, undefined],
  ['milliseconds, which win', { 'retry-after-ms': '12.5', 'retry-after': '3600' }, undefined, 12.5],
  ['milliseconds that are none', { 'retry-after-ms': 'x', 'retry-after': '1' }, undefined, 1000],
  ['years', { 'retry-after': '999999999' }, undefined, 999_999_999_000],
  ["Google's RetryInfo", {}, info('17s'), 17_000],
  ['that with a fraction', {}, info('1.25s'), 1250],
  ['that in an array', {}, [{ error: info('17s') }], 17_000],
  ['that below error', {}, { error: info('17s') }, 17_000],
  ['that without an s', {}, info('17'), undefined],
  ['a header and RetryInfo: the header', { 'retry-after': '1' }, info('17s'), 1000],
  ['an error of another shape', {}, { details: 'x' }, undefined],
  ['an error that is text', {}, '17s', undefined],
]

for (const [name, headers, error, ms] of said) {
  t.test(`when the upstream wants the next request: ${name}`, async t => {
    t.equal(retryAfterMs(new Headers(headers), error, now), ms)
  })
}

t.test('no headers at all', async t => {
  t.equal(retryAfterMs(undefined, undefined), undefined)
})

function info(retryDelay: string) {
  return { code: 429, details: [null, { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }] }
}

t.test('a date counts from the clock of the server that sent it', async t => {
  const headers = { date: 'Mon, 01 Jan 2001 00:00:00 GMT', 'retry-after': 'Mon, 01 Jan 2001 00:00:10 GMT' }
  t.equal(retryAfterMs(new Headers(headers), undefined), 10_000)
})
