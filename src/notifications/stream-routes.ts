import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { languageOf } from '../http/language.ts'
import type { EventReplies } from '../tasks/http/event-reply.ts'
import { followPattern, maxFollowed, readFollow } from './followed-task.ts'
import { OwnerStream, type OwnerStreamOptions } from './owner-stream.ts'

export interface OwnerStreamRoutesOptions {
  replies: EventReplies
  stream: Omit<OwnerStreamOptions, 'ownerId' | 'reader' | 'cursor' | 'follow'>
}

/** One connection for everything that happens to an owner's tasks. */
export const ownerStreamRoutes: FastifyPluginAsyncTypebox<OwnerStreamRoutesOptions> = async (
  app,
  { replies, stream },
) => {
  app.get(
    '/api/me/events',
    {
      exposeHeadRoute: false,
      schema: {
        tags: ['notifications'],
        summary: 'What happens to your tasks, and your notifications, as Server-Sent Events',
        description:
          '`data-unread`, `data-task`, `data-notification`. Resumable: `Last-Event-ID` (what EventSource sends) or ' +
          '`?after=`; a cursor that is not known gets `data-reset`, then a fresh start. Never ends by itself. With `?follow=` it also ' +
          'carries the events of these tasks, as `data-followed`; each counts as an open stream of a task.',
        querystring: Type.Object({
          after: Type.Optional(Type.String({ maxLength: 100, description: 'The id of the last event received.' })),
          follow: Type.Optional(
            Type.String({
              maxLength: 7_000,
              pattern: followPattern,
              description: `Tasks to follow, at most ${maxFollowed}: \`<id>\` or \`<id>@<cursor>\`, with \`;\` between them.`,
            }),
          ),
        }),
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const { ownerId, headers, query } = request
      const cursor = String(headers['last-event-id'] || query.after || '') || undefined
      const reader = { language: languageOf(request), basePath: app.basePath }
      const follow = query.follow === undefined ? undefined : readFollow(query.follow)
      return replies.openFollowing(reply, follow?.length ?? 0, () => {
        return new OwnerStream({ ...stream, timers: replies.timers, ownerId, reader, cursor, follow })
      })
    },
  )
}
