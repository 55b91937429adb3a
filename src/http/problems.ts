import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { Problem } from '../base/problem.ts'
import { isDatabaseFault, isDiskFull, reasonOf } from '../db/faults.ts'
import { allowedMethods } from './allowed-methods.ts'
import { privateAnswer } from './cache-control.ts'
import { invalidRequest, missingBody } from './invalid-request.ts'

/** A connection that broke is replaced at once; a restart or a failover takes seconds. */
const databaseRetrySeconds = 5

/** An operator has to make room, which takes time. */
const diskRetrySeconds = 60

/**
 * Every error as RFC 9457 `application/problem+json`: `{type, title, status, detail, code}` and a problem's extensions.
 *
 * A `Problem` is sent as it is. What a schema refuses becomes `invalid-request`, and another 4xx gets a text of our own. A
 * database that is unavailable for a while, or has no room, becomes 503 `database-unavailable` or `disk-full`. Everything else
 * is a 500 that says nothing, and is logged as `err`: the logger's serializer (`loggableError`) leaves out what users wrote. A
 * path without a route is 404, or 405 with `Allow` if it takes other methods; both come before the body is read. Register
 * before the routes.
 */
export const problems = fastifyPlugin(
  async app => {
    const allowed = allowedMethods(app)
    const notFound = (request: FastifyRequest) => {
      const path = request.url.split('?')[0] ?? '/'
      const methods = allowed(path)
      if (methods.length === 0 || methods.includes(request.method)) return new Problem(standard(404))
      const allow = methods.join(', ')
      return new Problem({ ...standard(405), detail: `This address takes ${allow} only.`, headers: { allow } })
    }
    app.setErrorHandler((error: FastifyError, request, reply) => send(problemOf(error, request), reply))
    app.setNotFoundHandler((request, reply) => send(notFound(request), reply))
    app.addHook('onRequest', async request => {
      if (isNoAddress(request)) throw new Problem({ ...standard(400), detail: noAddress })
    })
    app.addHook('preParsing', async request => {
      if (request.is404) throw notFound(request)
    })
  },
  { name: 'problems' },
)

const noAddress = 'The address of a request begins with a slash.'

/**
 * `*`, or what begins with it. Only OPTIONS may ask about the server as a whole (RFC 9112, 3.2.4), and the router takes `*` for
 * the page. Node itself refuses a target that begins with neither a slash nor a scheme.
 */
function isNoAddress({ url, method }: FastifyRequest): boolean {
  return url.startsWith('*') && !(url === '*' && method === 'OPTIONS')
}

/** For Fastify's option of this name: answers what fails before routing, such as a malformed URL. */
export function frameworkErrors(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  send(problemOf(error, request), reply)
}

/** For Fastify's option of this name: answers a request that Node cannot read. Nothing of it is logged. */
export function clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return
  const status = parserStatus[error.code ?? ''] ?? 400
  const body = json(new Problem(standard(status)))
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n` +
      `Cache-Control: ${privateAnswer}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  socket.destroySoon()
}

const parserStatus: Record<string, number> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
}

function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  const { validation, validationContext, code, statusCode = 500 } = Object(error) as Partial<FastifyError>
  if (validation)
    return request.body === undefined && validationContext === 'body'
      ? missingBody()
      : invalidRequest(validation, validationContext)
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return new Problem({ ...standard(400), code: 'malformed-json', detail: 'The body is not valid JSON.' })
  if (statusCode === 413) return tooLarge(request)
  if (statusCode >= 400 && statusCode < 500) return new Problem(standard(statusCode))
  if (isDatabaseFault(error)) {
    request.log.warn({ err: error }, `request failed: ${reasonOf(error)}`)
    return isDiskFull(error) ? diskFull() : databaseUnavailable()
  }
  request.log.error({ err: error }, 'request failed')
  const detail = `This is not your fault. The server's log has the reason under request id ${request.id}.`
  return new Problem({ ...standard(500), detail })
}

function tooLarge({ routeOptions: { bodyLimit } }: FastifyRequest): Problem {
  return new Problem({
    ...standard(413),
    detail: `The request body is too large: this address takes at most ${bodyLimit} bytes.`,
  })
}

/** The request may have been carried out: the lost part may be the database's answer. */
function databaseUnavailable(): Problem {
  return new Problem({
    status: 503,
    code: 'database-unavailable',
    title: 'Database unavailable',
    detail:
      'The database does not answer. Look whether it was done, or send it again in a moment, with the same Idempotency-Key if it had one.',
    headers: { 'retry-after': String(databaseRetrySeconds) },
  })
}

/** The database reports it before it has committed anything. */
function diskFull(): Problem {
  return new Problem({
    status: 503,
    code: 'disk-full',
    title: 'Disk full',
    detail: "Nothing was saved: the server's disk is full. Its operator has to make room; then send it again.",
    headers: { 'retry-after': String(diskRetrySeconds) },
  })
}

/** The problem for a status alone. An error's own message is never used: it may repeat what the client sent. */
function standard(status: number) {
  const title = STATUS_CODES[status] ?? 'Refused'
  const code = title.toLowerCase().replaceAll(/[^a-z]+/g, '-')
  return { status, title, code, detail: details[status] ?? 'The request was refused.' }
}

const details: Record<number, string> = {
  400: 'The request cannot be understood.',
  404: 'There is nothing at this address.',
  408: 'The request took too long to arrive.',
  413: 'The request body is too large.',
  414: 'The address is too long.',
  415: 'Send the body as application/json.',
  429: 'Too many requests; please wait.',
  431: 'The request headers are too large.',
}

function send(problem: Problem, reply: FastifyReply): FastifyReply {
  return reply
    .code(problem.status)
    .headers({ 'cache-control': privateAnswer, ...problem.headers })
    .type('application/problem+json')
    .send(json(problem, reply.server.basePath ?? ''))
}

/** As text, so that no response schema of a route can strip members of it. */
function json({ title, status, detail, code, extensions }: Problem, basePath = ''): string {
  const members = { type: 'about:blank', title, status, detail, code }
  const links = linksBelow(basePath, extensions.links)
  return JSON.stringify({ ...members, ...extensions, ...(links && { links }), ...members })
}

/** Who throws a problem knows nothing of the path that the server is served at. */
function linksBelow(basePath: string, links: unknown): Record<string, string> | undefined {
  if (typeof links !== 'object' || links === null) return undefined
  return Object.fromEntries(Object.entries(links).map(([name, path]) => [name, `${basePath}${path}`]))
}
