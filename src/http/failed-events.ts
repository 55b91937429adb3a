import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../base/problem.ts'
import type { Database } from '../db/client.ts'
import {
  discardFailedEvent,
  type FailedEvent,
  findFailedEvent,
  listFailedEvents,
} from '../domain-events/failed-events.ts'
import type { Redrive } from '../domain-events/redrive.ts'
import { type FailedEventStatus, failedEventStatuses } from '../domain-events/tables.ts'
import { cursorOf, ListQuery, maxPageItems, pageOf } from '../tasks/http/paging.ts'

/** Ids in one request; by handler and event there may be any number. */
const maxIds = 1_000

const name = (description: string) =>
  Type.Optional(Type.String({ maxLength: 100, pattern: '^[a-z0-9.-]+$', description }))
const ofHandler = name('Name of the handler, such as conversation-summary.')
const ofEvent = name('Name of the event, such as turn.completed.')

const FailedEventParams = Type.Object({ id: Type.String({ maxLength: 100, description: 'Id of the failed event.' }) })

const FailedEventSchema = Type.Object({
  id: Type.String(),
  handler: Type.String(),
  event: Type.Object({
    name: Type.String(),
    data: Type.Object(
      {},
      { additionalProperties: true, maxProperties: 20, description: 'Ids and numbers; never what users wrote.' },
    ),
  }),
  traceId: Type.String({ description: 'Of the request that it follows from, as in the logs.' }),
  attempts: Type.Integer({ description: 'How often it was tried in all.' }),
  error: Type.String({ description: 'Code of the last error.' }),
  firstFailedAt: Type.String(),
  lastFailedAt: Type.String(),
  status: Type.Enum(failedEventStatuses),
  settledAt: Type.Union([Type.String(), Type.Null()], { description: 'When it was redriven or discarded.' }),
  reason: Type.Union([Type.String(), Type.Null()], { description: 'Why it was discarded.' }),
})

const FailedEventList = Type.Object({
  items: Type.Array(FailedEventSchema, { maxItems: maxPageItems }),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})

const RedriveInput = Type.Object(
  {
    ids: Type.Optional(Type.Array(Type.String({ maxLength: 36 }), { maxItems: maxIds })),
    handler: ofHandler,
    event: ofEvent,
    preview: Type.Boolean({ default: false, description: 'Only count them.' }),
  },
  { additionalProperties: false },
)

const RedriveResult = Type.Object({
  count: Type.Integer({ description: 'How many were redriven, or would be.' }),
  withoutHandler: Type.Integer({ description: 'How many more match, but their handler is no longer there.' }),
})

const DiscardInput = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 500,
      pattern: '\\S',
      description: 'For other operators, in plain text: not the place for what users wrote.',
    }),
  },
  { additionalProperties: false },
)

const path = '/api/operations/failed-events'

/** For operators: lists, redrives and discards the events that handlers gave up. Needs the plugin `operator`. */
export const failedEventRoutes: FastifyPluginAsyncTypebox<{ database: Database; redrive: Redrive }> = async (
  app,
  { database: { queries }, redrive },
) => {
  const onRequest = app.operatorsOnly
  const common = { tags: ['operation'], security: [{ operator: [] }] }

  app.get(
    path,
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Events that a handler could not handle, newest first',
        querystring: Type.Object({
          handler: ofHandler,
          event: ofEvent,
          status: Type.Optional(Type.Enum(failedEventStatuses)),
          ...ListQuery.properties,
        }),
        response: { 200: FailedEventList },
      },
    },
    async ({ query }) => {
      const { handler, event, status } = query
      const found = await listFailedEvents(queries, { handler, event, status, ...cursorOf(query) })
      const { items, nextCursor } = pageOf(found, query)
      return { items: items.map(view), nextCursor }
    },
  )

  app.get(
    `${path}/:id`,
    {
      onRequest,
      schema: {
        ...common,
        summary: 'A failed event',
        params: FailedEventParams,
        response: { 200: FailedEventSchema },
      },
    },
    async ({ params: { id } }) => view(found(await findFailedEvent(queries, id))),
  )

  app.post(
    `${path}/redrive`,
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Redrive the open ones that match every given member',
        description: 'An empty body matches all. With `preview: true` nothing is changed.',
        body: RedriveInput,
        response: { 200: RedriveResult },
      },
    },
    async ({ body: { preview, ...selection } }) => {
      const { handler } = selection
      if (handler !== undefined && !redrive.knows(handler)) throw unknownHandler(handler)
      return preview ? redrive.preview(selection) : redrive.many(selection)
    },
  )

  app.post(
    `${path}/:id/redrive`,
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Redrive it, as if it had just happened',
        params: FailedEventParams,
        response: { 200: FailedEventSchema },
      },
    },
    async ({ params: { id } }) => {
      const result = await redrive.one(id)
      switch (result.kind) {
        case 'redriven':
          return view(result.failed)
        case 'settled':
          throw settled(result.failed.status)
        case 'unknown-handler':
          throw unknownHandler(result.failed.handler)
        case 'not-found':
          throw failedEventNotFound()
      }
    },
  )

  app.post(
    `${path}/:id/discard`,
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Discard it for good, with a reason',
        params: FailedEventParams,
        body: DiscardInput,
        response: { 200: FailedEventSchema },
      },
    },
    async ({ params: { id }, body }) => {
      // Postgres has no text with NUL in it.
      const discarded = await discardFailedEvent(queries, id, body.reason.replaceAll('\0', '\uFFFD').trim())
      if (discarded) return view(discarded)
      throw settled(found(await findFailedEvent(queries, id)).status)
    },
  )
}

function view({ eventName, data, firstFailedAt, lastFailedAt, settledAt, ...failed }: FailedEvent) {
  return {
    ...failed,
    event: { name: eventName, data },
    firstFailedAt: firstFailedAt.toISOString(),
    lastFailedAt: lastFailedAt.toISOString(),
    settledAt: settledAt?.toISOString() ?? null,
  }
}

function found(failed: FailedEvent | undefined): FailedEvent {
  if (!failed) throw failedEventNotFound()
  return failed
}

function failedEventNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'failed-event-not-found',
    title: 'No such failed event',
    detail: 'There is no failed event with this id.',
  })
}

/** Nothing was done. */
function settled(status: FailedEventStatus): Problem {
  return new Problem({
    status: 409,
    code: 'failed-event-settled',
    title: 'It is no longer open',
    detail: `This failed event was ${status} before. If it fails again, it is open again.`,
    extensions: { eventStatus: status },
  })
}

/** Nothing was done. */
function unknownHandler(handler: string): Problem {
  return new Problem({
    status: 409,
    code: 'unknown-handler',
    title: 'No such handler',
    detail: `This version of Conch has no handler ${handler}: its events can be discarded only.`,
    extensions: { handler },
  })
}
