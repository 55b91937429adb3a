import type { FastifyReply, FastifyRequest } from 'fastify'
import { type EventReplies, wantsEventStream } from './event-reply.ts'
import type { Once } from './idempotency.ts'
import { IdempotencyHeaders } from './idempotency-key.ts'
import type { TaskRow } from './rows.ts'
import { AcceptedTask } from './schemas.ts'
import type { Tasks } from './tasks.ts'
import { taskLinks } from './view.ts'

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
 * 202 with where to find the task and where to watch it, or 200 with its events if that is what was asked for. A request
 * that repeats another gets the same answer again.
 *
 * @param onAccepted told of a task that is new, and committed
 */
export function acceptWith(tasks: Tasks, replies: EventReplies, onAccepted?: (task: TaskRow) => void): Accept {
  return async (request, reply, { task, repeats }) => {
    if (!repeats) onAccepted?.(task)
    const links = taskLinks(task.id)
    reply.header('location', links.self).header('x-task-id', task.id)
    if (wantsEventStream(request.headers.accept)) return replies.send(reply, await tasks.logOf(task), undefined)
    // As it was when it was accepted, not as it is by now.
    return reply.code(202).send({ taskId: task.id, status: 'queued', streamUrl: links.events, links })
  }
}
