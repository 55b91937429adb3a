import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { tooManyTaskStreams } from '../errors.ts'
import type { Once } from '../idempotency/idempotency.ts'
import { IdempotencyHeaders } from '../idempotency/idempotency-key.ts'
import type { TaskRow } from '../store/rows.ts'
import type { Tasks } from '../tasks.ts'
import { taskLinks } from '../view.ts'
import { AcceptedTask } from './api-schemas.ts'
import { type EventReplies, maxTaskStreams, wantsEventStream } from './event-reply.ts'

/** Answers the request that created a task. */
export type Accept = (
  request: FastifyRequest,
  reply: FastifyReply,
  submitted: Once<{ task: TaskRow }>,
) => Promise<FastifyReply>

/** Headers and answers in the schema of every route that creates a task. */
export const acceptsTask = {
  description:
    'Answers at once with the task. With `Accept: text/event-stream` the answer is the event stream itself, as of `GET /api/tasks/:id/events`.',
  headers: IdempotencyHeaders,
  response: { 202: AcceptedTask },
}

/**
 * Makes the routes of `app` that create a task refuse with 429, before they read anything, a request for the task's
 * stream whose owner has too many streams open.
 */
export function refuseStreamsWithoutRoom(app: FastifyInstance, replies: EventReplies): void {
  app.addHook('onRoute', route => {
    if (route.schema?.headers !== acceptsTask.headers) return
    route.onRequest = [route.onRequest ?? []].flat()
    route.onRequest.push(async request => {
      if (!wantsEventStream(request.headers.accept) || replies.hasRoomFor(request.ownerId)) return
      throw tooManyTaskStreams(maxTaskStreams)
    })
  })
}

/**
 * Answers 202 with links to the task and its stream, or 200 with the events themselves if the request asked for them. A
 * repeated request gets the same answer. It also answers 202 when other requests took the owner's last stream
 * meanwhile: the task exists, and can be followed later.
 *
 * @param onAccepted called with a new task after its commit
 */
export function acceptWith(tasks: Tasks, replies: EventReplies, onAccepted?: (task: TaskRow) => void): Accept {
  return async (request, reply, { task, repeats }) => {
    if (!repeats) onAccepted?.(task)
    const links = taskLinks(task.id, request.server.basePath)
    reply.header('location', links.self).header('x-task-id', task.id)
    if (wantsEventStream(request.headers.accept)) {
      const log = await tasks.logOf(task)
      if (replies.hasRoomFor(request.ownerId)) return replies.send(reply, log, undefined)
    }
    // The state at acceptance, not the present one.
    return reply.code(202).send({ taskId: task.id, status: 'queued', streamUrl: links.events, links })
  }
}
