import type { FastifyInstance } from 'fastify'

export interface HealthOptions {
  /** False while draining. */
  ready(): boolean
  /** @throws when the database does not answer */
  ping(): Promise<void>
}

/** `/healthz`: the process answers. `/readyz`: it takes work, and its database answers. */
export async function health(app: FastifyInstance, { ready, ping }: HealthOptions): Promise<void> {
  const schema = { tags: ['operation'] }

  app.get('/healthz', { schema: { ...schema, summary: 'The process answers' } }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  )

  app.get('/readyz', { schema: { ...schema, summary: 'The process takes work' } }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (!ready()) return reply.code(503).send({ status: 'draining' })
    try {
      await ping()
      return { status: 'ready' }
    } catch (error) {
      request.log.warn({ err: error }, 'not ready: the database does not answer')
      return reply.code(503).send({ status: 'database unavailable' })
    }
  })
}
