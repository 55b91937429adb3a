import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { JobState } from '../../src/base/background-job.ts'
import type { ReencryptionReport } from '../../src/db/reencryption-report.ts'
import { anyRecord } from '../support/any-record.ts'
import { type Conch, ownStorage, startConch } from '../support/conch.ts'
import { Visitor } from '../support/visitor.ts'

const path = '/api/operations/reencryption'
const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`
const [k1, k2] = [key('k1', 1), key('k2', 2)]
const model = { DEMO_TOKENS_PER_SECOND: '100000' }

async function ask(conch: Conch, method: 'GET' | 'POST', token: string | undefined) {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` }
  const response = await fetch(conch.url + path, { method, headers })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as JobState<ReencryptionReport>,
  }
}

async function rotated(conch: Conch, token: string) {
  await ask(conch, 'POST', token)
  for (;;) {
    const { body } = await ask(conch, 'GET', token)
    if (body.status !== 'running') return body
  }
}

t.test('an operator re-encrypts everything while users write', async t => {
  const storage = await ownStorage(t)
  const first = await startConch(t, { ...storage, ...model, ENCRYPTION_KEYS: k1 })
  const mine = first.visitor()
  const before = await mine.record(anyRecord)
  await mine.finished(before)
  await first.close()

  const second = await startConch(t, { ...storage, ...model, ENCRYPTION_KEYS: `${k2},${k1}` })
  const token = storage.OPERATOR_TOKEN ?? (await readFile(join(second.dataDir, 'operator-token'), 'utf8')).trim()
  t.same((await ask(second, 'GET', token)).body, { status: 'idle' })
  const started = await ask(second, 'POST', token)
  t.equal(started.status, 202)
  t.equal(started.headers.get('cache-control'), 'private, no-store')
  t.match(started.body, { status: 'running', key: 'k2' })
  const again = new Visitor(second.url, mine.cookie)
  const during = await again.record(anyRecord)
  const report = await rotated(second, token)
  t.match(report, { status: 'done', key: 'k2', missingKeys: [], damaged: 0, olderKeys: [], unusedKeys: ['k1'] })
  t.ok(
    report.status === 'done' && report.columns.some(({ column, reencrypted }) => column === 'text' && reencrypted >= 3),
  )
  await again.finished(during)
  await second.close()

  const third = await startConch(t, { ...storage, ENCRYPTION_KEYS: k2 })
  const later = new Visitor(third.url, mine.cookie)
  for (const id of [before, during]) {
    t.match(await later.task(id), { status: 'completed', outputs: [{ text: /./ }, { text: /./ }, { text: /./ }] })
    t.match((await later.json('GET', `/api/records/${id}`)).body, { subject: anyRecord.subject })
  }
})

t.test('only operators may start it, or read its progress', async t => {
  const conch = await startConch(t)
  for (const method of ['GET', 'POST'] as const) {
    for (const token of [undefined, 'x'.repeat(44)]) {
      const { status, headers, body } = await ask(conch, method, token)
      t.equal(status, 401)
      t.equal(headers.get('www-authenticate'), 'Bearer')
      t.match(body, { code: 'operators-only' })
    }
  }
})

t.test('a server that stops during it leaves everything readable, and the next server goes on', async t => {
  const storage = await ownStorage(t)
  const first = await startConch(t, { ...storage, ...model, ENCRYPTION_KEYS: k1 })
  const mine = first.visitor()
  const ids: string[] = []
  while (ids.length < 5) ids.push(await mine.record(anyRecord))
  for (const id of ids) await mine.finished(id)
  await first.close()

  const second = await startConch(t, { ...storage, ...model, ENCRYPTION_KEYS: `${k2},${k1}` })
  const token = storage.OPERATOR_TOKEN ?? (await readFile(join(second.dataDir, 'operator-token'), 'utf8')).trim()
  t.match((await ask(second, 'POST', token)).body, { status: 'running' })
  await second.close()

  const third = await startConch(t, { ...storage, ENCRYPTION_KEYS: `${k2},${k1}` })
  const later = new Visitor(third.url, mine.cookie)
  for (const id of ids) t.match(await later.task(id), { outputs: [{ text: /./ }, { text: /./ }, { text: /./ }] })
  t.match(await rotated(third, token), { status: 'done', unusedKeys: ['k1'] })
})
