import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { isDatabaseFault, reasonOf } from '../../db/faults.ts'
import { maxOutputs } from '../kind.ts'
import { taskEnded } from '../task.ts'
import type { Tasks } from '../tasks.ts'
import type { TaskView } from '../view.ts'
import { TaskList, TaskSchema } from './api-schemas.ts'
import { unchanged } from './etag.ts'
import { type EventReplies, maxTaskStreams } from './event-reply.ts'
import { pageOf, TaskListQuery, taskFilterOf } from './paging.ts'

/** `Retry-After` for a polling client, in seconds. */
const pollSeconds = 1

const TaskParams = Type.Object({ id: Type.String({ maxLength: 100, description: 'Id of the task.' }) })
const OutputParams = Type.Object({
  id: TaskParams.properties.id,
  index: Type.Integer({ minimum: 0, maximum: maxOutputs - 1, description: 'Number of the output, from 0.' }),
})

export interface TaskRoutesOptions {
  tasks: Tasks
  replies: EventReplies
}

/** Tasks of all kinds: state, events, cancel, retry, list. */
export const taskRoutes: FastifyPluginAsyncTypebox<TaskRoutesOptions> = async (app, { tasks, replies }) => {
  app.get(
    '/api/tasks/:id',
    {
      schema: {
        tags: ['tasks'],
        summary: 'The state of a task',
        params: TaskParams,
        response: { 200: TaskSchema, 304: Type.Null() },
      },
    },
    async (request, reply) => {
      const { version, ...task } = await tasks.view(request.params.id, request.ownerId)
      if (!taskEnded(task.status)) reply.header('retry-after', pollSeconds)
      if (unchanged(request, reply, version)) return reply.code(304).send(null)
      return task
    },
  )

  app.get(
    '/api/tasks/:id/events',
    {
      exposeHeadRoute: false,
      schema: {
        tags: ['tasks'],
        summary: 'The events of a task, as Server-Sent Events',
        description:
          'Chunks of the AI SDK UI message stream. Resumable: `Last-Event-ID` (what EventSource sends) or `?after=`. ' +
          '204 when the task has ended and the cursor is at its end. While the database is unavailable the stream of a task that ' +
          'does not run at this instance breaks off at once: come back with the same cursor. ' +
          `429 while you have ${maxTaskStreams} streams of tasks open.`,
        params: TaskParams,
        querystring: Type.Object({
          after: Type.Optional(Type.String({ maxLength: 2_000, description: 'The id of the last event received.' })),
        }),
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const cursor = request.headers['last-event-id'] || request.query.after || undefined
      try {
        const log = await tasks.log(request.params.id, request.ownerId)
        return replies.send(reply, log, cursor === undefined ? undefined : String(cursor))
      } catch (error) {
        if (!isDatabaseFault(error)) throw error
        request.log.warn({ err: error }, `an event stream breaks off: ${reasonOf(error)}`)
        return replies.breakOff(reply)
      }
    },
  )

  app.post(
    '/api/tasks/:id/cancel',
    {
      schema: {
        tags: ['tasks'],
        summary: 'Cancel a task',
        description:
          'What has come so far is kept. 202 while it is still stopping, 200 when it has ended, before or now.',
        params: TaskParams,
        response: { 200: TaskSchema, 202: TaskSchema },
      },
    },
    async (request, reply) => answer(reply, await tasks.cancel(request.params.id, request.ownerId)),
  )

  app.post(
    '/api/tasks/:id/outputs/:index/cancel',
    {
      schema: {
        tags: ['tasks'],
        summary: 'Cancel one output; the others go on',
        params: OutputParams,
        response: { 200: TaskSchema, 202: TaskSchema },
      },
    },
    async (request, reply) =>
      answer(reply, await tasks.cancelOutput(request.params.id, request.ownerId, request.params.index)),
  )

  app.post(
    '/api/tasks/:id/outputs/:index/retry',
    {
      schema: {
        tags: ['tasks'],
        summary: 'Write an ended output again; the others stand',
        params: OutputParams,
        response: { 200: TaskSchema, 202: TaskSchema },
      },
    },
    async (request, reply) =>
      answer(reply, await tasks.retryOutput(request.params.id, request.ownerId, request.params.index)),
  )

  app.post(
    '/api/tasks/:id/retry',
    {
      schema: {
        tags: ['tasks'],
        summary: 'Write again what an ended task could not complete',
        description: 'All outputs that are not completed, in one new attempt; those that are stand.',
        params: TaskParams,
        response: { 200: TaskSchema, 202: TaskSchema },
      },
    },
    async (request, reply) => answer(reply, await tasks.retry(request.params.id, request.ownerId)),
  )

  app.get(
    '/api/tasks',
    {
      schema: {
        tags: ['tasks'],
        summary: 'Your tasks, newest first',
        querystring: Type.Object({
          kind: Type.Optional(Type.String({ maxLength: 40, pattern: '^[a-z]+$' })),
          ...TaskListQuery.properties,
        }),
        response: { 200: TaskList },
      },
    },
    async request => {
      const { kind, ...page } = request.query
      const items = await tasks.list(request.ownerId, { kind, ...taskFilterOf(page) })
      return pageOf(items, request.query)
    },
  )
}

function answer(reply: { code(status: number): unknown }, { version: _, ...task }: TaskView) {
  reply.code(taskEnded(task.status) ? 200 : 202)
  return task
}
