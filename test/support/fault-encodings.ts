import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { type Fault, stop, text, usage } from './fault.ts'

const frame = (data: string) => `data: ${data}\n\n`
const good = `${frame(text)}${frame(stop)}${frame(usage)}data: [DONE]\n\n`
const whole = { outcome: 'completed', usage: { inputTokens: 9, outputTokens: 2 } } as const
const noStream = { outcome: 'broken', reason: 'no-stream', text: '' } as const

/** Event streams with another content type, or in an encoding that was not requested. */
export const encodings: readonly Fault[] = [
  ...['text/plain; charset=utf-8', 'application/octet-stream', 'application/json', 'text/html', ''].map(
    (type): Fault => ({ name: `a stream as ${type || 'nothing'}`, answer: typed(type, good), ...whole }),
  ),
  ...[': hello\n\n', '\r\n\n', '\uFEFF', 'event: message\n', 'id:1\n', 'retry: 1\n\n', 'data\n\n'].map(
    (start): Fault => ({
      name: `a stream without a type that begins with ${JSON.stringify(start)}`,
      answer: typed('', `${start}${good}`),
      ...whole,
    }),
  ),
  {
    name: 'a stream without a type that begins byte by byte',
    async answer({ response }) {
      response.writeHead(200)
      for (const byte of Buffer.from('\n\uFEFF\ndata')) {
        response.write(Buffer.of(byte))
        await setImmediate()
      }
      response.end(good.slice('data'.length))
    },
    ...whole,
  },
  {
    name: 'a stream without a type, gzip',
    answer: ({ response }) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(good)),
    ...whole,
  },
  { name: 'words without a type', answer: typed('', 'database SECRET'), ...noStream },
  { name: 'words that could become a stream', answer: typed('text/plain', 'dat'), ...noStream },
  { name: 'blank lines and nothing else', answer: typed('text/plain', '\n'.repeat(1000)), ...noStream },
  {
    name: 'a web page without a type',
    answer: typed('', '\n<!doctype html>SECRET'),
    outcome: 'broken',
    reason: 'web-page',
    text: '',
  },
  {
    name: 'an error as JSON without a type, after lines that keep the connection alive',
    answer: typed('', '\n\n\n{"error":{"message":"SECRET","code":"overloaded"}}'),
    outcome: 'broken',
    reason: 'json-error',
    text: '',
    detail: /\(overloaded\)/,
  },
  {
    name: 'nothing after the headers, without a type',
    answer: ({ response }) => response.writeHead(200).flushHeaders(),
    outcome: 'stalled',
    reason: 'idle',
    text: '',
  },
  {
    name: 'blank lines for ever, without a type',
    async answer({ response }) {
      response.writeHead(200)
      while (!response.destroyed) {
        response.write('\n')
        await delay(30)
      }
    },
    outcome: 'stalled',
    reason: 'idle',
    text: '',
  },
  ...Object.entries({
    br: brotliCompressSync(good),
    BR: brotliCompressSync(good),
    deflate: deflateSync(good),
    'deflate ': deflateRawSync(good),
    zstd: zstdCompressSync(good),
    GZIP: gzipSync(good),
    'x-gzip': gzipSync(good),
    identity: Buffer.from(good),
    'gzip, br': brotliCompressSync(gzipSync(good)),
    ',': Buffer.from(good),
  }).map(([name, body]): Fault => ({ name: `encoding ${name}`, answer: encoded(name, body), ...whole })),
  ...Object.entries({
    br: brotliCompressSync(frame(text), { finishFlush: constants.BROTLI_OPERATION_FLUSH }),
    zstd: zstdCompressSync(frame(text), { finishFlush: constants.ZSTD_e_flush }),
    deflate: deflateSync(frame(text), { finishFlush: constants.Z_SYNC_FLUSH }),
  }).map(
    ([name, body]): Fault => ({
      name: `encoding ${name}, cut`,
      answer: encoded(name, body),
      outcome: 'truncated',
      reason: 'no-finish-reason',
      usage: 'estimated',
    }),
  ),
  ...['br', 'zstd', 'deflate', 'GZIP'].map(
    (name): Fault => ({
      name: `encoding ${name} that is none`,
      answer: encoded(name, Buffer.from(good)),
      outcome: 'broken',
      reason: 'garbled-frame',
      text: '',
      detail: new RegExp(`is not ${name.toLowerCase()}`),
    }),
  ),
  ...['compress', 'gzip, aws-chunked'].map(
    (name): Fault => ({
      name: `encoding ${name}`,
      answer: encoded(name, gzipSync('SECRET')),
      ...noStream,
      detail: new RegExp(`an encoding that is not known here \\(${name}\\)`),
    }),
  ),
  {
    name: 'more encodings than any server needs',
    answer: encoded(Array(1000).fill('gzip').join(), gzipSync('SECRET')),
    ...noStream,
    detail: /an encoding that is not known here/,
  },
  {
    name: 'an error in an encoding',
    answer: ({ response }) =>
      response
        .writeHead(400, { 'content-type': 'application/json', 'content-encoding': 'BR' })
        .end(brotliCompressSync('{"error":{"message":"SECRET","code":"some_code"}}')),
    outcome: 'rejected',
    text: '',
    detail: /400 \(some_code\)/,
  },
  {
    name: 'an error in an encoding that is not known',
    answer: ({ response }) => response.writeHead(400, { 'content-encoding': 'compress' }).end('SECRET'),
    outcome: 'rejected',
    text: '',
    detail: /answered 400\.?$/i,
  },
]

function typed(type: string, body: string): Fault['answer'] {
  return ({ response }) => response.writeHead(200, type ? { 'content-type': type } : {}).end(body)
}

function encoded(encoding: string, body: Buffer): Fault['answer'] {
  return ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': encoding }).end(body)
  }
}
