import { createRequire } from 'node:module'
import t from 'tap'
import { startConch } from '../support/conch.ts'

const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter(file => file.includes('/ioredis/'))

t.test('a process without Redis loads no code for it', async t => {
  await startConch(t)
  t.same(loaded(), [])
  await import('ioredis')
  t.ok(loaded().length > 0, 'the check would have found it')
})
