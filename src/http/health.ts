import type { FastifyInstance } from 'fastify'
import { isDiskFull, reasonOf } from '../db/faults.ts'

export interface HealthOptions {
  /** False while draining. */
  ready(): boolean
  /** @throws when the database does not answer, or its disk is full */
  ping(): Promise<void>
}

/** `/healthz`: the process answers. `/readyz`: the process takes work, and its database can save it. */
export async function health(app: FastifyInstance, { ready, ping }: HealthOptions): Promise<void> {
  const schema = { tags: ['operation'] }
  let asked: Promise<void> | undefined
  /** One ping for all callers at the same time: any client may ask, and as often as it likes. */
  const pingOnce = () => {
    asked ??= ping().finally(() => {
      asked = undefined
    })
    return asked
  }

  app.get('/healthz', { schema: { ...schema, summary: 'The process answers' } }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  )

  app.get('/readyz', { schema: { ...schema, summary: 'The process takes work' } }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (!ready()) return reply.code(503).send({ status: 'draining' })
    try {
      await pingOnce()
      return { status: 'ready' }
    } catch (error) {
      request.log.warn({ err: error }, `not ready: ${reasonOf(error)}`)
      return reply.code(503).send({ status: isDiskFull(error) ? 'disk full' : 'database unavailable' })
    }
  })
}
