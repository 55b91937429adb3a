import { createRequire } from 'node:module'
import t from 'tap'
import { startConch } from '../support/conch.ts'

const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter(file => file.includes('/ioredis/'))

t.test('nothing of Redis is loaded by whoever does not use it', async t => {
  await startConch(t)
  t.same(loaded(), [])
  await import('ioredis')
  t.ok(loaded().length > 0, 'it would have been seen')
})
