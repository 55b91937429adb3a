import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request as sendRequest } from 'node:http'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Test } from 'tap'

export interface ForwardProxy {
  /** `host:port`. */
  host: string
  /** The first lines of its requests, with the headers, in order. */
  asked: { line: string; headers: IncomingMessage['headers'] }[]
  /** Connections that are open, to it and from it. */
  readonly open: number
  /** How many connections were opened to it so far. */
  readonly opened: number
  /** From now on it refuses, with this status; or says nothing, with `undefined`. */
  refuse(status: number | undefined): void
}

/**
 * A proxy as companies have them: requests with a whole URL are sent on, and CONNECT opens a tunnel; whatever host they
 * name, they reach the server at this port.
 */
export async function startForwardProxy(t: Pick<Test, 'teardown'>, port: number): Promise<ForwardProxy> {
  const asked: ForwardProxy['asked'] = []
  const sockets = new Set<Socket>()
  let opened = 0
  let refusal: { status: number | undefined } | undefined
  const note = ({ method, url, headers }: IncomingMessage) => void asked.push({ line: `${method} ${url}`, headers })
  const kept = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    return socket
  }
  const server = createServer((request, response) => {
    note(request)
    if (refusal) {
      if (refusal.status) response.writeHead(refusal.status).end()
      return
    }
    const { pathname, search } = new URL(request.url ?? '')
    const { method } = request
    const { 'proxy-authorization': _, ...headers } = request.headers
    const onward = sendRequest({ port, host: '127.0.0.1', path: pathname + search, method, headers, agent: false })
    onward.on('socket', kept).on('error', () => response.destroy())
    onward.on('response', answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    note(request)
    if (refusal) {
      // Unread, it would not notice that the client has left.
      socket.resume().on('end', () => socket.end())
      if (refusal.status) socket.end(`HTTP/1.1 ${refusal.status} No\r\n\r\n`)
      return
    }
    const onward = kept(connect(port, '127.0.0.1'))
    onward.on('connect', () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'))
    onward.pipe(socket).pipe(onward)
    onward.once('close', () => socket.destroy())
    socket.once('close', () => onward.destroy())
  })
  server.on('connection', socket => {
    opened++
    kept(socket)
  })
  await listening(t, server, sockets)
  return {
    host: `127.0.0.1:${portOf(server)}`,
    asked,
    get open() {
      return sockets.size
    },
    get opened() {
      return opened
    },
    refuse(status) {
      refusal = { status }
    },
  }
}

/**
 * The port of a server that speaks TLS as `host`, which this process trusts from now on, and passes all on to `port`.
 */
export async function startTls(t: Test, host: string, port: number): Promise<number> {
  const folder = t.testdir({})
  const files = ['-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`]
  const name = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  execFileSync('openssl', ['req', '-x509', '-days', '1', ...curve, ...name, ...files], { stdio: 'ignore' })

  const cert = readFileSync(`${folder}/cert.pem`, 'utf8')
  setDefaultCACertificates([...getCACertificates('default'), cert])
  const sockets = new Set<Socket>()
  const server = createTlsServer({ cert, key: readFileSync(`${folder}/key.pem`) }, socket => {
    const onward = connect(port, '127.0.0.1')
    for (const one of [socket, onward]) {
      sockets.add(one)
      one.on('error', () => {}).once('close', () => sockets.delete(one))
    }
    onward.pipe(socket).pipe(onward)
    onward.once('close', () => socket.destroy())
    socket.once('close', () => onward.destroy())
  })
  await listening(t, server, sockets)
  return portOf(server)
}

async function listening(t: Pick<Test, 'teardown'>, server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
