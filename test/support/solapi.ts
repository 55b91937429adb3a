import { createHmac } from 'node:crypto'
import type { Test } from 'tap'
import { type Received, startReceiver } from './receiver.ts'

export const solapiAccount = { apiKey: 'NCSTESTKEY', apiSecret: 'TESTSECRETTESTSECRET', sender: '0212345678' }

/**
 * The HTTP API of SOLAPI as far as its SDK's `send` needs it: refuses unsigned requests, registers all other messages.
 */
export async function startSolapi(t: Pick<Test, 'teardown'>) {
  const receiver = await startReceiver(t, (request, response) => {
    if (!isSigned(request)) return void response.writeHead(403).end('{"errorCode":"SignatureDoesNotMatch"}')
    if (request.path !== '/messages/v4/send-many/detail') return void response.writeHead(404).end()
    const { messages } = JSON.parse(String(request.body)) as { messages: unknown[] }
    const count = { total: messages.length, registeredSuccess: messages.length, registeredFailed: 0 }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ groupInfo: { count }, failedMessageList: [] }))
  })
  return {
    ...receiver,
    messages: () =>
      receiver.received.flatMap(
        ({ body }) => (JSON.parse(String(body)) as { messages: Record<string, unknown>[] }).messages,
      ),
  }
}

/** Its answer when it does not take the one message that was sent. */
export const notTaken = JSON.stringify({
  groupInfo: { count: { total: 1, registeredSuccess: 0, registeredFailed: 1 } },
  failedMessageList: [{ statusCode: '1030', statusMessage: 'no' }],
})

export function isSigned({ headers }: Pick<Received, 'headers'>): boolean {
  const parts = /^HMAC-SHA256 apiKey=(\S+), date=(\S+), salt=(\w{12,64}), signature=(\w{64})$/.exec(
    headers.authorization ?? '',
  )
  const [, key, date = '', salt = '', signature] = parts ?? []
  const recent = Math.abs(Date.parse(date) - Date.now()) < 900_000
  const right = createHmac('sha256', solapiAccount.apiSecret).update(`${date}${salt}`).digest('hex')
  return key === solapiAccount.apiKey && recent && signature === right
}
