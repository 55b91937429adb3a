import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Sets the ETag of an answer. True when the client has this version already: then the answer is a 304 without a body.
 *
 * @param version letters, digits and `-`; changes whenever the answer does
 */
export function unchanged(request: FastifyRequest, reply: FastifyReply, version: string): boolean {
  const etag = `"${version}"`
  reply.header('etag', etag)
  const known = request.headers['if-none-match']?.split(',').map(tag => tag.trim().replace(/^W\//, ''))
  return known !== undefined && (known.includes('*') || known.includes(etag))
}
