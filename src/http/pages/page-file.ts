import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { negotiate } from '@fastify/accept-negotiator'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A file as it is served: by its path, as it is and compressed. */
export interface PageFile {
  readonly path: string
  readonly type: string
  /** A weak one: it stands for the encodings too. */
  readonly etag: string
  /** By encoding, the smallest first: `identity` always, `br` and `gzip` if they make it smaller. */
  readonly bodies: ReadonlyMap<string, Buffer>
}

/** Its names change with what it says. */
export const immutable = 'public, max-age=31536000, immutable'

/** A file with its compressed forms. Brotli at 6 of 11: all take 20 ms, at 11 they take 470 and are 13 % smaller. */
export async function pageFile(path: string, type: string, body: Buffer): Promise<PageFile> {
  const bodies = new Map<string, Buffer>()
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
    promisify(gzip)(body, { level: 9 }),
  ])
  if (br.length < body.length) bodies.set('br', br)
  if (gz.length < body.length) bodies.set('gzip', gz)
  bodies.set('identity', body)
  return { path, type: /^text|json$|xml$/.test(type) ? `${type}; charset=utf-8` : type, etag: tagOf(body), bodies }
}

/** A file that is compressed by itself, such as a font. */
export function asItIs(type: string, body: Buffer): PageFile {
  return { path: '', type, etag: tagOf(body), bodies: new Map([['identity', body]]) }
}

/** @param vary what the file depends on, besides the encodings that the browser takes */
export function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, etag, bodies }: PageFile,
  { cacheControl, vary = [] }: { cacheControl: string; vary?: readonly string[] },
): FastifyReply {
  reply.headers({ etag, 'cache-control': cacheControl, vary: ['accept-encoding', ...vary].join(', ') })
  if (knows(request.headers['if-none-match'], etag)) return reply.code(304).send()
  const encoding = negotiate(request.headers['accept-encoding'] ?? 'identity', [...bodies.keys()]) ?? 'identity'
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return reply.type(type).send(bodies.get(encoding))
}

export function tagOf(body: string | Buffer): string {
  return `W/"${shortHash(body)}"`
}

export function shortHash(body: string | Buffer): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 22)
}

/** Whether the browser has it: RFC 9110, 13.1.2; compared weakly, since a proxy that compresses makes a tag weak. */
function knows(ifNoneMatch: string | undefined, etag: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, '')
  return (ifNoneMatch ?? '').split(',').some(tag => tag.trim() === '*' || bare(tag) === bare(etag))
}
