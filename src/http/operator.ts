import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { Problem } from '../base/problem.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** For `onRequest` of a route: lets only operators pass; any other request gets 401 before its body is read. */
    operatorsOnly(request: FastifyRequest): Promise<void>
  }
}

/** Recognizes operators by `Authorization: Bearer <OPERATOR_TOKEN>`. The answer is the same for every wrong or missing token. */
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

/** Of one length for every token: a comparison in constant time needs that. */
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
