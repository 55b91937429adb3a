import t from 'tap'
import { isRotated, progressWords, rotationWords } from '../../src/cli/rotation-report.ts'
import type { ReencryptionReport } from '../../src/db/reencryption-report.ts'

const context = { keysFrom: 'ENCRYPTION_KEYS', wanted: 'k2' }

function report(members: Partial<ReencryptionReport> = {}, counts: object = {}): ReencryptionReport {
  const none = { reencrypted: 0, unreadable: 0, left: 0 }
  return {
    key: 'k2',
    passes: 2,
    columns: [
      { table: 'tasks', column: 'input', ...none, reencrypted: 3, ...counts },
      { table: 'tasks', column: 'error_detail', ...none, reencrypted: 1 },
      { table: 'outputs', column: 'text', ...none, reencrypted: 1 },
    ],
    missingKeys: [],
    damaged: 0,
    damagedRows: [],
    olderFormat: false,
    olderKeys: [],
    unusedKeys: [],
    ...members,
  }
}

t.test('it says what was done to each table, and that all is done', async t => {
  t.same(rotationWords(report(), context), [
    'tasks: 4 values re-encrypted',
    'outputs: 1 value re-encrypted',
    'Everything is encrypted with key k2.',
  ])
  t.ok(isRotated(report(), 'k2'))
})

t.test('keys that no value names any more may be removed', async t => {
  t.match(
    rotationWords(report({ unusedKeys: ['k1'] }), context).at(-1),
    /^No value is under key k1 any more\. .* it may be removed from ENCRYPTION_KEYS\.$/,
  )
  t.match(
    rotationWords(report({ unusedKeys: ['k1', 'k0'] }), context).at(-1),
    /^No value is under keys k1 and k0 any more\. .* they may be removed/,
  )
})

t.test('values under a key that was not given: which key, where to add it', async t => {
  const lost = report({ missingKeys: ['k0'] }, { unreadable: 2 })
  t.notOk(isRotated(lost, 'k2'))
  t.same(rotationWords(lost, context), [
    'tasks: 4 values re-encrypted, 2 cannot be read (input)',
    'outputs: 1 value re-encrypted',
    '2 values cannot be read, since key k0 is not in ENCRYPTION_KEYS: add it at the end there, and run this again.',
  ])
  const several = report({ missingKeys: ['k0', 'k-1'] }, { unreadable: 2 })
  t.match(rotationWords(several, context).at(-1), /keys k0 and k-1 are not in ENCRYPTION_KEYS: add them/)
})

t.test('values that were changed are counted apart', async t => {
  const broken = report({ missingKeys: ['k0'], damaged: 1 }, { unreadable: 3 })
  t.notOk(isRotated(broken, 'k2'))
  t.match(rotationWords(broken, context).slice(2, 4), [
    /^2 values cannot be read, since key k0/,
    /^1 value cannot be read, since the stored bytes were changed: restore them from a backup\.$/,
  ])
})

t.test('the rows of damaged values are named, as far as they are known', async t => {
  const damagedRows = [{ table: 'tasks', column: 'input', row: 'r1' }]
  const words = rotationWords(report({ damaged: 3, damagedRows }, { unreadable: 3 }), context)
  t.same(words.slice(-2), ['  damaged: tasks.input of row r1', '  and 2 more'])
})

t.test('an older version that still writes', async t => {
  const late = report({ passes: 5, olderFormat: true }, { left: 1 })
  t.notOk(isRotated(late, 'k2'))
  t.match(rotationWords(late, context).at(-1), /^An instance of an older version still writes: update it first/)
})

t.test('something that still writes with an older key', async t => {
  const late = report({ passes: 5, olderKeys: ['k1'] }, { left: 1 })
  t.notOk(isRotated(late, 'k2'))
  t.equal(
    rotationWords(late, context).at(-1),
    'An instance still writes with key k1: restart it with the new key first, then run this again.',
  )
})

t.test('a server that has not been restarted with the new key', async t => {
  const early = report({ key: 'k1' })
  t.notOk(isRotated(early, 'k2'))
  t.match(rotationWords(early, context).at(-1), /^The server still writes with key k1, not yet with key k2: restart it/)
})

t.test('one line while it runs', async t => {
  t.equal(progressWords(report()), '... pass 2: 5 values re-encrypted so far')
})
