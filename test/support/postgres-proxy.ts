import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A statement on its way to Postgres. */
export interface Statement {
  text: string
  /** Of its transaction so far, itself last; empty outside of one. */
  transaction: readonly string[]
  /** Of the connection that it came by. */
  backendPid: number
}

/** What the proxy does with a statement: `lost` statements never arrive, of a `done` one the answer never does. */
export type Fate = { kind: 'pass' } | { kind: 'lost' | 'done'; fault: () => Promise<unknown> }

export interface PostgresProxy {
  /** The URL of the database by way of the proxy. */
  url: string
}

/**
 * A proxy before a Postgres server that reads each statement, and may make a fault of it: before it arrives, or when it
 * is done and only the answer is under way. Implements as much of the protocol (version 3, unencrypted) as that takes.
 */
export async function proxyPostgres(
  t: Pick<Test, 'teardown'>,
  databaseUrl: string,
  decide: (statement: Statement) => Fate,
): Promise<PostgresProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const server = createServer(client => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    relay(client, upstream, decide)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return { url: url.href }
}

function relay(client: Socket, upstream: Socket, decide: (statement: Statement) => Fate): void {
  let backendPid = 0
  let transaction: string[] = []
  /** The answer to the last statement is held back: called when it has come. */
  let withheld: (() => void) | undefined
  const toClient = messages({ startup: false })
  const toUpstream = messages({ startup: true })
  let queue = Promise.resolve()

  upstream.on('data', bytes => {
    for (const message of toClient(bytes)) {
      if (message.type === 'K') backendPid = message.bytes.readInt32BE(5)
      if (withheld && message.type === 'Z') withheld()
      if (!withheld) client.write(message.bytes)
    }
  })
  client.on('data', bytes => {
    for (const message of toUpstream(bytes)) queue = queue.then(() => pass(message))
  })

  async function pass({ type, bytes }: Message): Promise<void> {
    const text = statementOf(type, bytes)
    if (text === undefined) return void upstream.write(bytes)
    if (/^begin/i.test(text)) transaction = []
    const inside = transaction.length > 0 || /^begin/i.test(text)
    if (inside) transaction.push(text)
    const fate = decide({ text, transaction: [...transaction], backendPid })
    if (/^(commit|rollback)/i.test(text)) transaction = []
    if (fate.kind === 'pass') return void upstream.write(bytes)
    if (fate.kind === 'done') {
      const done = Promise.withResolvers<void>()
      withheld = done.resolve
      upstream.write(bytes)
      // A parsed statement is not done yet: the messages that bind and execute it follow.
      if (type === 'P') {
        void done.promise.then(fate.fault).finally(() => client.destroy())
        return
      }
      await done.promise
    }
    await fate.fault()
    client.destroy()
  }
}

interface Message {
  /** One character; empty for the first message of a client, which has no type. */
  type: string
  bytes: Buffer
}

/** Cuts a stream of bytes into messages: a type, then a length that counts itself, then the rest. */
function messages({ startup }: { startup: boolean }): (bytes: Buffer) => Message[] {
  let rest = Buffer.alloc(0)
  let untyped = startup
  return bytes => {
    rest = Buffer.concat([rest, bytes])
    const whole: Message[] = []
    for (;;) {
      const head = untyped ? 0 : 1
      if (rest.length < head + 4) return whole
      const length = head + rest.readInt32BE(head)
      if (rest.length < length) return whole
      whole.push({ type: untyped ? '' : String.fromCharCode(rest[0] as number), bytes: rest.subarray(0, length) })
      rest = rest.subarray(length)
      untyped = false
    }
  }
}

/** The text of a `Query` (text) or a `Parse` (name, text) message. */
function statementOf(type: string, bytes: Buffer): string | undefined {
  if (type !== 'Q' && type !== 'P') return undefined
  const from = type === 'Q' ? 5 : bytes.indexOf(0, 5) + 1
  return bytes.toString('utf8', from, bytes.indexOf(0, from))
}
