import type { FastifyInstance, onSendHookHandler } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Queries } from '../db/client.ts'
import type { NotificationStore } from './store.ts'

/** The routes that show what notifications are about, and what their `id` names. */
const shows: Readonly<Record<string, 'task' | 'conversation'>> = {
  '/api/tasks/:id': 'task',
  '/api/records/:id': 'task',
  '/api/reviews/:id': 'task',
  '/api/quizzes/:id': 'task',
  '/api/conversations/:id': 'conversation',
}

export interface SeenOptions {
  queries: Queries
  store: NotificationStore
  /** Called when an owner has read some. */
  onRead(ownerId: string): void
}

/**
 * An owner who gets a thing has seen it: its notifications become read before the answer is sent, so that the next request
 * sees that. Register it before the routes. Only routes that show something pay for it, and not while a task runs: its
 * notification is yet to come.
 */
export const markSeen = fastifyPlugin(async (app: FastifyInstance, { queries, store, onRead }: SeenOptions) => {
  app.addHook('onRoute', route => {
    const what = route.method === 'GET' ? shows[route.url] : undefined
    if (!what) return
    const seen: onSendHookHandler = async ({ ownerId, params, log }, reply) => {
      const shown = reply.statusCode === 200 || reply.statusCode === 304
      if (!shown || reply.hasHeader('retry-after')) return
      try {
        if (await store.readAbout(queries, ownerId, what, (params as { id: string }).id)) onRead(ownerId)
      } catch (error) {
        // The answer is fine; its notifications stay unread until the next request for it.
        log.warn({ err: error }, 'notifications could not be marked as read')
      }
    }
    route.onSend = [...[route.onSend ?? []].flat(), seen]
  })
})
