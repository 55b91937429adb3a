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

/** What the schema of every route that creates a task says of its headers and its answer. */
export const acceptsTask = {
  description:
    'Answers at once with the task. With `Accept: text/event-stream` the answer is the event stream itself, as of `GET /api/tasks/:id/events`.',
  headers: IdempotencyHeaders,
  response: { 202: AcceptedTask },
}

/**
 * From now on, routes that create a task do not when its stream is asked for and its owner has too many open: 429 before
 * anything is read.
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
 * 202 with where to find the task and where to watch it, or 200 with its events if that is what was asked for. A request
 * that repeats another gets the same answer again. 202, too, if others took the last place for a stream meanwhile: the task is
 * there, and can be watched later.
 *
 * @param onAccepted told of a task that is new, and committed
 */
export function acceptWith(tasks: Tasks, replies: EventReplies, onAccepted?: (task: TaskRow) => void): Accept {
  return async (request, reply, { task, repeats }) => {
    if (!repeats) onAccepted?.(task)
    const links = taskLinks(task.id)
    reply.header('location', links.self).header('x-task-id', task.id)
    if (wantsEventStream(request.headers.accept)) {
      const log = await tasks.logOf(task)
      if (replies.hasRoomFor(request.ownerId)) return replies.send(reply, log, undefined)
    }
    // As it was when it was accepted, not as it is by now.
    return reply.code(202).send({ taskId: task.id, status: 'queued', streamUrl: links.events, links })
  }
}
