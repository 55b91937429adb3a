import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Problem } from '../base/problem.ts'
import type { EventReplies } from '../tasks/http/event-reply.ts'
import { type Overview, OverviewSchema } from './api-schemas.ts'
import { OverviewFeed } from './overview-feed.ts'

const retryAfterSeconds = 10

export interface OperationsRoutesOptions {
  overview(): Promise<Overview>
  replies: EventReplies
}

/** For operators: the overview, once or as a stream. Needs the plugin `operator`. */
export const operationsRoutes: FastifyPluginAsyncTypebox<OperationsRoutesOptions> = async (
  app,
  { overview, replies },
) => {
  const feed = new OverviewFeed(overview, replies.timers, error =>
    app.log.warn({ err: error }, 'cannot look at how things are'),
  )
  app.addHook('preClose', () => feed.close())
  const common = { tags: ['operation'], security: [{ operator: [] }] }

  app.get(
    '/api/operations/overview',
    {
      onRequest: app.operatorsOnly,
      schema: {
        ...common,
        summary: 'Queues, running tasks, the model, the process, today in numbers',
        description: 'Costs five short queries.',
        response: { 200: OverviewSchema },
      },
    },
    () => overview(),
  )

  app.get(
    '/api/operations/events',
    {
      onRequest: app.operatorsOnly,
      exposeHeadRoute: false,
      schema: {
        ...common,
        summary: 'The overview every two seconds, as Server-Sent Events',
        description:
          'Each event is `{"type": "data-overview", "data": …}`, made once for all who listen. The stream has no end; ' +
          'a client that is cut off reconnects. EventSource cannot send the header: use fetch.',
        produces: ['text/event-stream'],
      },
    },
    async (_request, reply) => {
      const stream = feed.join()
      if (!stream) throw tooManyListeners()
      return replies.open(reply, stream)
    },
  )
}

function tooManyListeners(): Problem {
  return new Problem({
    status: 503,
    code: 'too-many-listeners',
    title: 'Too many listen',
    detail: 'No more operators can listen to this process. Ask for /api/operations/overview instead.',
    headers: { 'retry-after': String(retryAfterSeconds) },
  })
}
