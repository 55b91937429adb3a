import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { workRemotely } from '../../src/cli/remote-work.ts'
import type { ReencryptionReport } from '../../src/db/reencryption-report.ts'

const report: ReencryptionReport = {
  key: 'k2',
  passes: 1,
  columns: [],
  missingKeys: [],
  damaged: 0,
  damagedRows: [],
  olderFormat: false,
  olderKeys: [],
  unusedKeys: ['k1'],
}
const code = 'REMOTE_WORK_FAILED'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const json =
  (status: number, body: unknown): Answer =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

/** Asks a server that gives these answers in turn. */
async function asked(t: Test, answers: Answer[], { host = '127.0.0.1' } = {}) {
  const requests: string[] = []
  const heard: ReencryptionReport[] = []
  const stop = new AbortController()
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    answers.shift()?.(request, response)
  })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { signal } = stop
  const onProgress = (progress: ReencryptionReport) => heard.push(progress)
  const path = '/api/operations/work'
  const outcome = workRemotely<ReencryptionReport>({ path, host, port, operatorToken: 'the-token', signal, onProgress })
  return { outcome, requests, heard, stop }
}

t.test('the server is started once and asked until it is done', async t => {
  const { outcome, requests, heard } = await asked(t, [
    json(202, { status: 'running', ...report }),
    json(200, { status: 'running', ...report, passes: 2 }),
    json(200, { status: 'done', ...report, passes: 3 }),
  ])
  t.match(await outcome, { ...report, passes: 3 })
  const path = '/api/operations/work Bearer the-token'
  t.same(requests, [`POST ${path}`, `GET ${path}`, `GET ${path}`])
  t.match(heard, [{ passes: 1 }, { passes: 2 }])
})

t.test('a server that listens on all addresses is asked on this machine', async t => {
  const { outcome } = await asked(t, [json(202, { status: 'done', ...report })], { host: '0.0.0.0' })
  t.match(await outcome, report)
})

t.test('a server that breaks in the middle, or becomes unreachable, is reported', async t => {
  const running = json(202, { status: 'running', ...report })
  const broken = await asked(t, [running, json(200, { status: 'failed', ...report })])
  await t.rejects(broken.outcome, { code, message: /its log has the reason/ })
  const gone = await asked(t, [running, (_request, response) => response.destroy()])
  await t.rejects(gone.outcome, { code, message: /does not answer any more: once it runs again, run this again/ })
})

t.test('a server that is not this one is not believed', async t => {
  const wrong: [Answer, RegExp][] = [
    [json(401, {}), /has another operator token/],
    [json(404, {}), /answers 404.*is it the one with this data folder/],
    [json(200, { hello: 'world' }), /is it the one with this data folder/],
    [(_request, response) => response.end('<html>'), /is it the one with this data folder/],
  ]
  for (const [answer, message] of wrong) await t.rejects((await asked(t, [answer])).outcome, { code, message })
})

t.test('waiting ends at once when it is stopped', async t => {
  const { outcome, stop } = await asked(t, [() => stop.abort(new Error('enough'))])
  await t.rejects(outcome, { message: 'enough' })
})
