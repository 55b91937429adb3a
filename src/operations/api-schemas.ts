import { type Static, Type } from 'typebox'
import { StatisticsReportSchema } from '../statistics/api-schemas.ts'

const Count = (description?: string) => Type.Integer({ minimum: 0, ...(description && { description }) })
const Age = (description: string) => Type.Union([Type.Integer(), Type.Null()], { description })

const backlog = {
  waiting: Count('Not tried yet.'),
  retrying: Count('Failed, and waiting to be tried again.'),
  active: Count('Being handled.'),
  oldestSeconds: Age('Age of the oldest of these.'),
}

export const OverviewSchema = Type.Object({
  at: Type.String(),
  tasks: Type.Object({
    queued: Count(),
    running: Count(),
    oldestQueuedSeconds: Age('How long the oldest has waited.'),
    kinds: Type.Array(Type.Object({ kind: Type.String(), queued: Count(), running: Count() }), { maxItems: 100 }),
  }),
  running: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.String(),
      attempt: Type.Integer(),
      stage: Type.String({ description: 'The current stage; for a task of another process, the stage at its claim.' }),
      startedAt: Type.Union([Type.String(), Type.Null()]),
    }),
    { maxItems: 100, description: 'The oldest 100, without owners and content.' },
  ),
  outbox: Type.Object(backlog, { description: 'Transactions whose events have not been handed on.' }),
  handlers: Type.Array(
    Type.Object({ name: Type.String(), ...backlog, failed: Count('Failed events that wait for an operator.') }),
    { maxItems: 100 },
  ),
  failedEvents: Count('Those of all handlers, of former ones as well.'),
  upstream: Type.Object({
    model: Type.String(),
    demo: Type.Boolean(),
    breaker: Type.Enum(['closed', 'half-open', 'open']),
    sockets: Count('Connections, open or being opened.'),
    retries: Count('Since the start of the process.'),
  }),
  process: Type.Object(
    {
      uptimeSeconds: Count(),
      memoryBytes: Count(),
      runningOutputs: Count(),
      runningHandlers: Count(),
      openStreams: Count(),
      openLogs: Count(),
      database: Type.Object({ open: Count(), idle: Count(), waiting: Count() }),
    },
    { description: 'Of the process that answers; all else but `upstream` is of all processes.' },
  ),
  today: StatisticsReportSchema,
})

export type Overview = Static<typeof OverviewSchema>
