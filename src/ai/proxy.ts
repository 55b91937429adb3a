import { buildConnector, type Dispatcher, Pool } from 'undici'

/** How a pool of connections reaches a server through a proxy. */
export interface Way {
  /** The origin that connections are opened to. */
  readonly origin: string
  readonly connect: buildConnector.connector
  /** Rewrites a request before it is sent. Undefined: requests are sent as they are. */
  readonly sent?: (request: Dispatcher.DispatchOptions) => Dispatcher.DispatchOptions
  /** Stops the connections that are being opened. Idempotent. */
  close(): Promise<void>
}

/** There is no way through the proxy. The code is `PROXY_` and its status, or what went wrong on the way to it. */
export class ProxyFault extends Error {
  override readonly name = 'ProxyFault'
  readonly code: string

  constructor(what: unknown) {
    super('no way through the proxy')
    this.code = `PROXY_${what}`
  }
}

/**
 * The way to a server through a proxy, given by their URLs: to `https:` a tunnel, to `http:` requests with the whole URL in
 * their first line (RFC 9112, 3.2.2), since many proxies open tunnels to port 443 alone. User name and password of the proxy
 * are in its URL.
 *
 * Does what undici's ProxyAgent does, with the same parts of undici. An agent has a pool of its own, where ours could not
 * count; with one agent for each connection, none would know the others' TLS sessions; and it reports a proxy's refusal
 * only in the words of a message.
 */
export function throughProxy(server: string, proxy: string, timeoutMs: number): Way {
  const { origin, username, password } = new URL(proxy)
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
  const headers: Record<string, string> =
    username || password ? { 'proxy-authorization': `Basic ${credentials.toString('base64')}` } : {}
  const toProxy = buildConnector({ timeout: timeoutMs, allowH2: false })
  // The certificate names the proxy, though undici takes the name from the request, which names the server.
  const connect: buildConnector.connector = (options, callback) =>
    toProxy({ ...options, servername: undefined }, (error, socket) =>
      error ? callback(faultOf(error), null) : callback(null, socket as NonNullable<typeof socket>),
    )
  return new URL(server).protocol === 'https:'
    ? tunnel(server, new Pool(origin, { connect, headersTimeout: timeoutMs, allowH2: false }), headers, timeoutMs)
    : { origin, connect, sent: request => withWholeUrl(request, headers), close: async () => {} }
}

function tunnel(server: string, entrance: Pool, headers: Record<string, string>, timeoutMs: number): Way {
  const { origin, host, port } = new URL(server)
  const authority = port ? host : `${host}:443`
  const secured = buildConnector({ timeout: timeoutMs, allowH2: false })
  const opened = async () => {
    const { statusCode, socket } = await entrance.connect({ path: authority, headers: { host: authority, ...headers } })
    if (statusCode >= 200 && statusCode < 300) return socket
    socket.on('error', () => {}).destroy()
    throw new ProxyFault(statusCode)
  }
  return {
    origin,
    connect: (options, callback) =>
      void opened().then(
        socket => secured({ ...options, httpSocket: socket as never }, callback),
        error => callback(faultOf(error), null),
      ),
    close: () => entrance.destroy(),
  }
}

function withWholeUrl(request: Dispatcher.DispatchOptions, proxyHeaders: Record<string, string>) {
  const { origin, path, headers } = request
  const { host } = new URL(String(origin))
  return { ...request, path: `${origin}${path}`, headers: { ...(headers as object), host, ...proxyHeaders } }
}

/** Gives the errors codes of our own: with some of undici's codes a client would try to connect for ever. */
function faultOf(error: Error & { code?: unknown }): ProxyFault {
  return error instanceof ProxyFault ? error : new ProxyFault(error.code ?? error.name)
}
