import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Queries } from '../db/client.ts'
import { StatisticsQuery, type StatisticsReport, StatisticsReportSchema } from './api-schemas.ts'
import { dayOf, periodOf } from './period.ts'
import { reportOf } from './report.ts'
import { readStatistics } from './store.ts'
import { allOwners } from './tally.ts'

const schema = {
  querystring: StatisticsQuery,
  response: { 200: StatisticsReportSchema },
}

/** Counts of what has ended: for each owner theirs, for operators the sum of all. Needs the plugin `operator`. */
export const statisticsRoutes: FastifyPluginAsyncTypebox<{ queries: Queries }> = async (app, { queries }) => {
  const report = async (query: { from?: string; to?: string; kind?: string }, ownerId: string) => {
    const period = periodOf(query)
    return reportOf(period, await readStatistics(queries, { ...period, ownerId, kind: query.kind }))
  }

  app.get(
    '/api/statistics',
    {
      schema: {
        ...schema,
        tags: ['tasks'],
        summary: 'Your tasks in numbers, per day and kind',
        description: 'A task is counted a moment after it has ended, and stays counted after its removal.',
      },
    },
    ({ query, ownerId }) => report(query, ownerId),
  )

  app.get(
    '/api/operations/statistics',
    {
      onRequest: app.operatorsOnly,
      schema: {
        ...schema,
        tags: ['operation'],
        security: [{ operator: [] }],
        summary: 'The tasks of all owners together in numbers, per day and kind',
      },
    },
    ({ query }) => report(query, allOwners),
  )
}

/** What has ended today in UTC, of all owners. One query of a few rows, however many owners there are. */
export async function statisticsToday(queries: Queries): Promise<StatisticsReport> {
  const today = dayOf(new Date())
  const period = { from: today, to: today }
  return reportOf(period, await readStatistics(queries, { ...period, ownerId: allOwners }))
}
