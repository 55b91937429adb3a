import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { Problem } from '../base/problem.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** For `onRequest` of a route: lets operators pass only, the others get 401 before anything of theirs is read. */
    operatorsOnly(request: FastifyRequest): Promise<void>
  }
}

/** Knows operators, by `Authorization: Bearer <OPERATOR_TOKEN>`. Whatever is wrong with one, the answer is the same. */
export const operator = fastifyPlugin<{ token: string }>(
  async (app, { token }) => {
    const expected = digest(token)
    app.decorate('operatorsOnly', async request => {
      const [, given] = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? []
      if (given === undefined || !timingSafeEqual(digest(given), expected)) throw notAnOperator()
    })
  },
  { name: 'operator' },
)

/** Of one length, whatever was sent: a comparison in constant time needs that. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function notAnOperator(): Problem {
  return new Problem({
    status: 401,
    code: 'operators-only',
    title: 'Operators only',
    detail: 'This address asks for the operator token: Authorization: Bearer <OPERATOR_TOKEN>.',
    headers: { 'www-authenticate': 'Bearer' },
  })
}
