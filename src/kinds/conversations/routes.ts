import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { validate as isUuid } from 'uuid'
import type { Database, Queries } from '../../db/client.ts'
import { type Accept, acceptsTask } from '../../tasks/http/accept.ts'
import { unchanged } from '../../tasks/http/etag.ts'
import { ListQuery } from '../../tasks/http/paging.ts'
import type { Idempotency } from '../../tasks/idempotency/idempotency.ts'
import { readIdempotencyKey } from '../../tasks/idempotency/idempotency-key.ts'
import type { TaskKind } from '../../tasks/kind.ts'
import type { TaskStore } from '../../tasks/store/task-store.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import { taskLinks } from '../../tasks/view.ts'
import {
  ConversationList,
  ConversationSchema,
  maxTurns,
  NewConversation,
  NewMessageBody,
  OnBusy,
  SummarySchema,
} from './api-schemas.ts'
import { conversationNotFound, messageNotFound } from './errors.ts'
import { formatCursor, parseCursor } from './paging.ts'
import { sendMessage } from './send-message.ts'
import type { Conversation, ConversationStore } from './store.ts'
import type { TurnInput } from './turn.ts'
import { viewHead, viewMessages } from './view.ts'

/** Beyond any position. */
const theEnd = 2 ** 31 - 1

const Params = Type.Object({ id: Type.String({ maxLength: 100, description: 'Id of the conversation.' }) })

const MessagesQuery = Type.Object({
  before: Type.Optional(Type.String({ maxLength: 100, description: '`earlier` of the messages that follow.' })),
  limit: Type.Integer({
    minimum: 1,
    maximum: maxTurns,
    default: 100,
    description: 'Turns: a message and its reply each.',
  }),
})

export interface ConversationRoutesOptions {
  kind: TaskKind<typeof TurnInput>
  tasks: Tasks
  idempotency: Idempotency
  accept: Accept
  database: Database
  store: TaskStore
  conversations: ConversationStore
}

/** Conversations: send messages, read them, replace them, remove them. */
export const conversationRoutes: FastifyPluginAsyncTypebox<ConversationRoutesOptions> = async (app, options) => {
  const { tasks, accept, database, store, conversations } = options
  const schema = { tags: ['conversations'] }

  app.post(
    '/api/conversations',
    {
      // No member of the body is required.
      preValidation: async request => {
        request.body ??= {}
      },
      schema: {
        ...schema,
        summary: 'Begin a conversation',
        body: NewConversation,
        response: { 201: ConversationSchema },
      },
    },
    async (request, reply) => {
      const conversation = await conversations.insert(database.queries, request.ownerId, request.body.title)
      reply.code(201).header('location', `${app.basePath}/api/conversations/${conversation.id}`)
      return { ...viewHead(conversation), messages: [], earlier: null, running: null }
    },
  )

  app.post(
    '/api/conversations/:id/messages',
    {
      schema: {
        ...acceptsTask,
        ...schema,
        summary: 'Send a message and get a reply',
        params: Params,
        querystring: OnBusy,
        body: NewMessageBody,
      },
    },
    async (request, reply) => {
      const { ownerId, params, body, query, id: traceId } = request
      const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key'])
      const message = { ...body, traceId, idempotencyKey }
      return accept(request, reply, await sendMessage(options, ownerId, params.id, message, query.onBusy))
    },
  )

  app.get(
    '/api/conversations',
    {
      schema: {
        ...schema,
        summary: 'Your conversations, last used first',
        querystring: ListQuery,
        response: { 200: ConversationList },
      },
    },
    async ({ ownerId, query: { cursor, limit } }) => {
      const before = cursor === undefined ? undefined : parseCursor(cursor)
      const found = await conversations.list(database.queries, ownerId, { before, limit: limit + 1 })
      const page = found.slice(0, limit)
      const last = found.length > limit ? page.at(-1) : undefined
      const busy = await conversations.unfinished(
        database.queries,
        page.map(({ id }) => id),
      )
      return {
        items: page.map(item => ({
          ...viewHead(item),
          running: busy.find(({ conversationId }) => conversationId === item.id)?.id ?? null,
        })),
        nextCursor: last ? formatCursor(last) : null,
      }
    },
  )

  app.get(
    '/api/conversations/:id',
    {
      schema: {
        ...schema,
        summary: 'A conversation with its newest messages',
        params: Params,
        querystring: MessagesQuery,
        response: { 200: ConversationSchema },
      },
    },
    async ({ ownerId, params, query }) =>
      snapshot(async tx => {
        const conversation = await mustFind(tx, params.id, ownerId)
        const found = await conversations.turnsBefore(
          tx,
          conversation.id,
          await positionOf(tx, conversation, query.before),
          query.limit + 1,
        )
        const turns = found.slice(-query.limit)
        const ids = turns.map(({ id }) => id)
        const outputs = await store.outputsOf(tx, turns)
        const [running] = await conversations.unfinished(tx, [conversation.id])
        const messages = turns.flatMap(turn => {
          const reply = outputs.get(turn.id)?.[0]
          return reply ? viewMessages(turn, reply) : []
        })
        return {
          ...viewHead(conversation),
          ...(messages.some(({ damaged }) => damaged) && { damaged: true as const }),
          messages,
          earlier: found.length > query.limit ? (ids[0] ?? null) : null,
          running: running ? { taskId: running.id, links: taskLinks(running.id, app.basePath) } : null,
        }
      }),
  )

  app.get(
    '/api/conversations/:id/summary',
    {
      schema: {
        ...schema,
        summary: 'The summary of a conversation',
        description:
          'Written after each reply, in its own time. Send the `ETag` of the last answer to wait for another.',
        params: Params,
        response: { 200: SummarySchema, 304: Type.Null() },
      },
    },
    async (request, reply) => {
      const { summary, damaged, pending } = await snapshot(async tx => {
        const { id } = await mustFind(tx, request.params.id, request.ownerId)
        const { summary, damaged } = await conversations.summary(tx, id)
        return { summary, damaged, pending: await conversations.repliesAfter(tx, id, summary?.position ?? 0) }
      })
      const newest = summary ? `${summary.turnId}-${summary.createdAt.getTime()}-${pending}` : `${pending}`
      const version = damaged ? `${newest}-damaged` : newest
      if (unchanged(request, reply, version)) return reply.code(304).send(null)
      return {
        text: summary?.text ?? null,
        messageId: summary?.turnId ?? null,
        createdAt: summary?.createdAt.toISOString() ?? null,
        pending,
        ...(damaged && { damaged: true as const }),
      }
    },
  )

  app.delete(
    '/api/conversations/:id',
    {
      schema: {
        ...schema,
        summary: 'Remove a conversation, its messages and summaries for good',
        description: 'Also while a reply is being written.',
        params: Params,
        response: { 204: Type.Null() },
      },
    },
    async ({ ownerId, params }, reply) => {
      await database.queries.transaction(async tx => {
        const conversation = await mustFind(tx, params.id, ownerId, { forUpdate: true })
        const ids = await conversations.turnIds(tx, conversation.id)
        await tasks.removeIn(tx, ids)
        await conversations.remove(tx, conversation.id)
      })
      return reply.code(204).send(null)
    },
  )

  async function mustFind(tx: Queries, id: string, ownerId: string, lock?: { forUpdate: boolean }) {
    const conversation = await conversations.find(tx, id, ownerId, lock)
    if (!conversation) throw conversationNotFound()
    return conversation
  }

  async function positionOf(tx: Queries, { id }: Conversation, turnId: string | undefined): Promise<number> {
    if (turnId === undefined) return theEnd
    const turn = isUuid(turnId) ? await conversations.turn(tx, turnId) : undefined
    if (turn?.conversationId !== id) throw messageNotFound()
    return turn.position
  }

  function snapshot<T>(read: (tx: Queries) => Promise<T>): Promise<T> {
    return database.queries.transaction(read, { isolationLevel: 'repeatable read', accessMode: 'read only' })
  }
}
