import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type TObject, Type } from 'typebox'
import type { BackgroundJob, JobState } from '../base/background-job.ts'

export interface BackgroundWorkRoutesOptions {
  path: string
  /** What the job does, as a command. */
  summary: string
  work: BackgroundJob<object>
  /** The shape of the job's progress report. */
  report: TObject
}

/** For operators: starts a long job, while everything else goes on. Needs the plugin `operator`. */
export const backgroundWorkRoutes: FastifyPluginAsyncTypebox<BackgroundWorkRoutesOptions> = async (
  app,
  { path, summary, work, report },
) => {
  const common = { tags: ['operation'], security: [{ operator: [] }] }
  const State = Type.Object({
    status: Type.Enum(['idle', 'running', 'done', 'failed']),
    ...Type.Partial(report).properties,
  })

  app.post(
    path,
    {
      onRequest: app.operatorsOnly,
      schema: {
        ...common,
        summary,
        description: 'Answers at once. While the job runs, another request changes nothing.',
        response: { 202: State },
      },
    },
    async (_request, reply) => reply.code(202).send(work.start() as JobState<object>),
  )

  app.get(
    path,
    {
      onRequest: app.operatorsOnly,
      schema: { ...common, summary: `${summary}: its progress`, response: { 200: State } },
    },
    async () => work.state as JobState<object>,
  )
}
