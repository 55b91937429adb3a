import t from 'tap'
import { DecryptionFailed } from '../../src/db/encrypted.ts'
import { RefusedValues } from '../../src/db/refused-values.ts'
import { outputs } from '../../src/tasks/store/tables.ts'

function refusals() {
  const lines: { level: string; fields: object; message: string }[] = []
  const log = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message })
  const refused = new RefusedValues({ warn: log('warn'), error: log('error') })
  const refuse = (row: string, fault: 'damaged' | 'key-missing', keyId = 'k1') =>
    refused.add(new DecryptionFailed(outputs.text, row, { keyId, fault, reason: 'it is a test' }))
  return { refused, refuse, lines }
}

t.test('a damaged value is named by its row, once, and counted each time', async t => {
  const { refused, refuse, lines } = refusals()
  for (const row of ['r1', 'r2', 'r1']) refuse(row, 'damaged')
  t.match(lines, [
    { level: 'warn', fields: { table: 'outputs', column: 'text', row: 'r1', keyId: 'k1' } },
    { level: 'warn', fields: { row: 'r2' } },
  ])
  t.equal(lines.length, 2)
  t.same([...refused.counts], [{ table: 'outputs', column: 'text', fault: 'damaged', count: 3 }])
})

t.test('a missing key is named once, however many values are under it', async t => {
  const { refused, refuse, lines } = refusals()
  for (let row = 0; row < 5_000; row++) refuse(`r${row}`, 'key-missing', row % 2 === 0 ? 'k1' : 'k2')
  t.match(lines, [
    { level: 'error', fields: { keyId: 'k1' } },
    { level: 'error', fields: { keyId: 'k2' } },
  ])
  t.equal(lines.length, 2)
  t.match([...refused.counts], [{ fault: 'key-missing', count: 5_000 }])
})

t.test('with a wrong key of the right id the log ends, and the counting goes on', async t => {
  const { refused, refuse, lines } = refusals()
  for (let row = 0; row < 3_000; row++) refuse(`r${row}`, 'damaged')
  t.equal(lines.length, 1_001)
  t.match(lines.at(-1), { level: 'error', message: /more than 1000 values .* no more of them are named/ })
  t.match([...refused.counts], [{ count: 3_000 }])
})
