import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { clientErrorHandler } from './problems.ts'

/**
 * Time limits for a request to arrive: its headers, and all of it, body included. Node checks once a second the requests that
 * have not arrived, and ends the late ones. A request that has arrived may be answered for as long as it takes.
 */
export const requestLimits = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1_000 }

/**
 * A client that reads nothing of its answer for this long is disconnected, as a reader of an event stream is
 * (`unreadLimitMs`).
 */
const unreadLimitMs = 30_000

/** From this part of the limit on, the log says so. */
const nearly = 0.9

/** The log repeats the same message no more often than this. */
const silenceMs = 60_000

/** Connections that could be closed are collected together, since a scan goes through all of them. */
const foundTogether = 64

/** No scan for this long after one that found none. */
const scanPauseMs = 100

/**
 * - `replaced`: it waited for a request, and a newer one took its place
 * - `refused`: it was new, while all others were being answered
 * - `late`: its request did not arrive in time
 * - `unread`: its client did not read the answer
 */
export type CloseReason = 'replaced' | 'refused' | 'late' | 'unread'

export interface ConnectionsOptions {
  /** The most connections that are open at once. */
  most: number
  logger: { warn(fields: object, message: string): void }
  unreadMs?: number
  /** Milliseconds of a clock that does not go back. */
  now?: () => number
}

/**
 * The connections of clients: never more than `most`, so that descriptors are left for the model, the database and files.
 *
 * At the limit, a new connection replaces the oldest one that waits for a request: one that never sent a request, one whose
 * request has not arrived, or one that is kept for later requests. So a client that waits on purpose is the first to go, and
 * a client that sends a request is served. A connection that is being answered is never closed for another; if all are, the
 * new one is refused.
 *
 * With HOST=localhost Fastify listens on the second address by a server of its own, whose connections do not count.
 */
export class Connections {
  readonly most: number
  /** How many connections the server closed since the start, by reason. */
  readonly closed: Record<CloseReason, number> = { replaced: 0, refused: 0, late: 0, unread: 0 }
  readonly #options: Required<ConnectionsOptions>
  /** Oldest first. */
  readonly #open = new Set<Socket>()
  /** The answers that are being sent. */
  readonly #answers = new Map<Socket, ServerResponse>()
  /** Connections whose request is late, until what has arrived is read; with the request once its headers are there. */
  readonly #lateRequests = new Map<Socket, { request?: IncomingMessage }>()
  /** The same listeners for all: listeners for each connection would take memory for as long as its client stays. */
  readonly #onClosed: (this: Socket) => void
  readonly #onAnswered: (this: ServerResponse) => void
  /** Connections that waited for a request at the last scan, the oldest last. */
  #found: Socket[] = []
  #noScanUntil = Number.NEGATIVE_INFINITY
  readonly #saidAt = new Map<string, number>()

  constructor(options: ConnectionsOptions) {
    this.#options = { unreadMs: unreadLimitMs, now: () => performance.now(), ...options }
    this.most = options.most
    const [open, answers] = [this.#open, this.#answers]
    this.#onClosed = function () {
      open.delete(this)
      answers.delete(this)
    }
    this.#onAnswered = function () {
      // Of several requests sent at once on one connection, the last one counts.
      if (answers.get(this.req.socket) === this) answers.delete(this.req.socket)
    }
  }

  get size(): number {
    return this.#open.size
  }

  /** Manages the connections of this server from now on. */
  watch(server: Server): void {
    server.on('connection', socket => this.#opened(socket))
    server.prependListener('request', (request, response) => this.#begun(request, response))
    server.setTimeout(this.#options.unreadMs, socket => this.#silent(socket))
  }

  /** For Fastify's option `clientErrorHandler`: answers a request that Node cannot read, or not in time, with a problem. */
  readonly clientErrorHandler = (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') this.#late(error, socket)
    else this.#refuse(error, socket)
  }

  /**
   * Ends a request that has not arrived in time, unless it waits in the kernel: Node checks before it reads, so after the
   * process itself hung, suspended say, requests that arrived meanwhile count as late. An `EventSource` would not come back
   * after a 408.
   */
  #late(error: Error, socket: Socket): void {
    const answered = this.#answers.get(socket)?.req
    // A request that has arrived and is being answered is not the late one: that came behind it.
    const late: { request?: IncomingMessage } = answered && !answered.complete ? { request: answered } : {}
    this.#lateRequests.set(socket, late)
    // By then everything that had arrived is read.
    setImmediate(() => {
      this.#lateRequests.delete(socket)
      if (late.request?.complete) return
      this.closed.late++
      this.#refuse(error, socket)
    })
  }

  #refuse(error: Error, socket: Socket): void {
    // Nothing else can be written into the middle of an answer.
    if (this.#answers.get(socket)?.headersSent) socket.destroy()
    else clientErrorHandler(error, socket)
  }

  #opened(socket: Socket): void {
    this.#open.add(socket)
    socket.on('close', this.#onClosed)
    if (this.#open.size > this.most && !this.#makeRoom(socket)) {
      this.closed.refused++
      this.#close(socket)
      this.#say('connections of clients are at their limit, and all are being answered: new ones are refused')
    } else if (this.#open.size >= this.most * nearly) {
      this.#say('connections of clients are near their limit: those that wait for a request make room for newer ones')
    }
  }

  #begun(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const late = this.#lateRequests.get(socket)
    if (late) late.request ??= request
    this.#answers.set(socket, response)
    response.on('close', this.#onAnswered)
  }

  /** The connection was idle for a while. */
  #silent(socket: Socket): void {
    if (this.#answers.has(socket)) {
      if (socket.writableLength === 0) {
        // The answer is still being made.
        socket.setTimeout(this.#options.unreadMs)
        return
      }
      this.closed.unread++
    }
    socket.destroy()
  }

  #makeRoom(newcomer: Socket): boolean {
    for (;;) {
      const socket = this.#found.pop() ?? this.#scan()
      if (!socket) return false
      if (socket === newcomer || !this.#open.has(socket) || !this.#waits(socket)) continue
      this.closed.replaced++
      this.#close(socket)
      return true
    }
  }

  /** Returns the oldest that waits, and keeps those after it for the next calls. */
  #scan(): Socket | undefined {
    const now = this.#options.now()
    if (now < this.#noScanUntil) return undefined
    for (const socket of this.#open) {
      if (this.#waits(socket)) this.#found.push(socket)
      if (this.#found.length === foundTogether) break
    }
    // One of them is the newcomer itself.
    if (this.#found.length <= 1) this.#noScanUntil = now + scanPauseMs
    return this.#found.reverse().pop()
  }

  #waits(socket: Socket): boolean {
    return !(this.#answers.get(socket)?.req.complete ?? false)
  }

  /** Frees the descriptor at once. */
  #close(socket: Socket): void {
    this.#onClosed.call(socket)
    socket.destroy()
  }

  #say(message: string): void {
    const now = this.#options.now()
    if (now - (this.#saidAt.get(message) ?? Number.NEGATIVE_INFINITY) < silenceMs) return
    this.#saidAt.set(message, now)
    this.#options.logger.warn({ connections: this.size, most: this.most, closed: { ...this.closed } }, message)
  }
}
