import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Writable } from 'node:stream'
import t from 'tap'
import { complete } from '../../src/demo-model/completion.ts'

const request = {
  messages: [{ role: 'user', content: '안녕하세요' }],
  stream: true,
  includeUsage: false,
  maxTokens: Number.POSITIVE_INFINITY,
  format: { type: 'text' as const },
}

/** A response whose connection takes nothing until `release` is called. */
function slowResponse() {
  let received = ''
  let open = false
  let pending: (() => void) | undefined
  const connection = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      received += chunk
      if (open) done()
      else pending = done
    },
  })
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  response.assignSocket(connection as Socket)
  // What the HTTP server does for its own connections.
  connection.on('drain', () => response.emit('drain'))
  return {
    response,
    received: () => received,
    release() {
      open = true
      pending?.()
    },
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

t.test('nothing is written while the reader is slow, and nothing is lost when it is not', async t => {
  const { response, received, release } = slowResponse()
  const done = complete(request, response, { tokensPerSecond: 1e6, signal: new AbortController().signal })
  await turns(200)
  t.ok(response.writableLength < 1000, `${response.writableLength} bytes are waiting`)
  release()
  await done
  await turns(10)
  t.match(received(), /"finish_reason":"stop"/)
  t.match(received(), /data: \[DONE\]\n\n/)
})

t.test('an abort while the reader is slow ends the work, without a finish reason', async t => {
  const { response, received, release } = slowResponse()
  const controller = new AbortController()
  const done = complete(request, response, { tokensPerSecond: 1e6, signal: controller.signal })
  await turns(5)
  controller.abort()
  await done
  release()
  await turns(10)
  t.notMatch(received(), /finish_reason":"stop"|DONE/)
})
