import type { FastifyInstance, onSendHookHandler } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Queries } from '../db/client.ts'
import type { NotificationStore } from './store.ts'

/** The routes that show what notifications are about, and what their `id` is. */
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
  /** Told when an owner has read some. */
  onRead(ownerId: string): void
}

/**
 * Who gets a thing has seen it: its notifications are read, before the answer is sent, so that what is asked next knows.
 * Register it before the routes. Only those that show something pay for it, and not while a task runs: what it has to say is
 * yet to come.
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
        // What was asked for is there; its notifications stay unread until it is asked for again.
        log.warn({ err: error }, 'notifications could not be marked as read')
      }
    }
    route.onSend = [...[route.onSend ?? []].flat(), seen]
  })
})
