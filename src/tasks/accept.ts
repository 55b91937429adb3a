import type { FastifyReply, FastifyRequest } from 'fastify'
import { type EventReplies, wantsEventStream } from './event-reply.ts'
import type { TaskRow } from './rows.ts'
import { AcceptedTask } from './schemas.ts'
import type { Tasks } from './tasks.ts'
import { taskLinks } from './view.ts'

/** Answers the request that created a task. */
export type Accept = (request: FastifyRequest, reply: FastifyReply, task: TaskRow) => Promise<FastifyReply>

/** What the schema of every route that creates a task says of its answer. */
export const acceptsTask = {
  description:
    'Answers at once with the task. With `Accept: text/event-stream` the answer is the event stream itself, as of `GET /api/tasks/:id/events`.',
  response: { 202: AcceptedTask },
}

/**
 * 202 with where to find the task and where to watch it, or 200 with its events if that is what was asked for.
 *
 * @param onAccepted told of the task, which is committed
 */
export function acceptWith(tasks: Tasks, replies: EventReplies, onAccepted?: (task: TaskRow) => void): Accept {
  return async (request, reply, task) => {
    onAccepted?.(task)
    const links = taskLinks(task.id)
    reply.header('location', links.self).header('x-task-id', task.id)
    if (wantsEventStream(request.headers.accept)) return replies.send(reply, await tasks.logOf(task), undefined)
    return reply.code(202).send({ taskId: task.id, status: task.status, streamUrl: links.events, links })
  }
}
