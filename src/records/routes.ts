import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Database, Queries } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import { type EventReplies, wantsEventStream } from '../tasks/event-reply.ts'
import type { TaskKind } from '../tasks/kind.ts'
import { acceptedTask, listCursor } from '../tasks/routes.ts'
import { AcceptedTask } from '../tasks/schemas.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { assess } from './assess.ts'
import { categoryNames } from './category.ts'
import { overLimit, recordNotFound, versionNotFound } from './errors.ts'
import { RecordInput } from './input.ts'
import { limitFor, limits } from './limits.ts'
import { emphases } from './prompt.ts'
import { Assessed, LimitList, RecordConfirmation, RecordList, RecordSchema, TextToCheck } from './schemas.ts'
import { confirmRecord, findRecord, latestConfirmations, listRecords, type StoredRecord } from './store.ts'
import { viewRecord } from './view.ts'

const RecordParams = Type.Object({
  id: Type.String({ maxLength: 100, description: 'Id of the record, which is that of its task.' }),
})

export interface RecordRoutesOptions {
  kind: TaskKind<typeof RecordInput>
  tasks: Tasks
  replies: EventReplies
  database: Database
  store: TaskStore
  cipher: Cipher
}

/** Student records: ask for versions, read them, choose one and answer for it. */
export const recordRoutes: FastifyPluginAsyncTypebox<RecordRoutesOptions> = async (app, options) => {
  const { kind, tasks, replies, database, store, cipher } = options

  app.post(
    '/api/records',
    {
      schema: {
        tags: ['records'],
        summary: 'Have versions of a record written',
        description:
          'Answers at once with the task. With `Accept: text/event-stream` the answer is the event stream itself, as of `GET /api/tasks/:id/events`.',
        body: RecordInput,
        response: { 202: AcceptedTask },
      },
    },
    async (request, reply) => {
      const task = await tasks.submit(kind, request.ownerId, request.body)
      const accepted = acceptedTask(task)
      reply.header('location', accepted.links.self).header('x-task-id', task.id)
      if (!wantsEventStream(request.headers.accept)) return reply.code(202).send(accepted)
      return replies.send(reply, await tasks.logOf(task), undefined)
    },
  )

  app.get(
    '/api/records',
    {
      schema: {
        tags: ['records'],
        summary: 'Your records, newest first',
        querystring: Type.Object({
          cursor: Type.Optional(Type.String({ maxLength: 100, description: 'nextCursor of the page before.' })),
          limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
        }),
        response: { 200: RecordList },
      },
    },
    async request => {
      const { cursor, limit } = request.query
      const before = cursor === undefined ? undefined : listCursor(cursor)
      const found = await listRecords(database.queries, cipher, request.ownerId, { before, limit: limit + 1 })
      const items = await views(database.queries, found.slice(0, limit))
      return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
    },
  )

  app.get(
    '/api/records/limits',
    {
      schema: {
        tags: ['records'],
        summary: 'How long a text may be, and what the versions stress',
        response: { 200: LimitList },
      },
    },
    async () => ({
      items: limits.map(limit => ({
        ...limit,
        names: categoryNames[limit.category],
        current: limit === limitFor(limit.category),
      })),
      emphases: emphases.map(({ ko, en }) => ({ ko, en })),
    }),
  )

  app.post(
    '/api/records/check',
    {
      schema: {
        tags: ['records'],
        summary: 'Size and marks of a text',
        description: 'For an editor. Nothing is stored.',
        body: TextToCheck,
        response: { 200: Assessed },
      },
    },
    async request => assess(request.body.text, request.body.category, request.body.targetBytes),
  )

  app.get(
    '/api/records/:id',
    {
      schema: {
        tags: ['records'],
        summary: 'A record with its versions',
        params: RecordParams,
        response: { 200: RecordSchema },
      },
    },
    async request => {
      const record = await findRecord(database.queries, cipher, request.params.id, request.ownerId)
      if (!record) throw recordNotFound()
      return view(database.queries, record)
    },
  )

  app.put(
    '/api/records/:id',
    {
      schema: {
        tags: ['records'],
        summary: 'Choose a version, edited or not, and answer for it',
        description:
          'Keeps the version as it was written, the text as confirmed, and when. May be repeated; the last one counts.',
        params: RecordParams,
        body: RecordConfirmation,
        response: { 200: RecordSchema },
      },
    },
    async request => {
      const { ownerId, body } = request
      const text = body.text.normalize('NFC')
      return database.queries.transaction(async tx => {
        const record = await findRecord(tx, cipher, request.params.id, ownerId, { forUpdate: true })
        if (!record) throw recordNotFound()
        const outputs = (await store.outputsOf(tx, [record.id])).get(record.id) ?? []
        const chosen = outputs[body.output]
        if (!chosen) throw versionNotFound(outputs.length)
        const assessed = assess(text, record.category, record.targetBytes)
        if (assessed.overBy > 0 && !body.allowOverLimit) throw overLimit(assessed)
        await confirmRecord(tx, cipher, ownerId, record.id, { output: body.output, original: chosen.text, text })
        return view(tx, record)
      })
    },
  )

  async function views(tx: Queries, found: readonly StoredRecord[]) {
    const ids = found.map(({ id }) => id)
    const outputs = await store.outputsOf(tx, ids)
    const confirmed = await latestConfirmations(tx, cipher, ids)
    return found.map(record => viewRecord(record, outputs.get(record.id) ?? [], confirmed.get(record.id)))
  }

  async function view(tx: Queries, record: StoredRecord) {
    const [only] = await views(tx, [record])
    if (!only) throw recordNotFound()
    return only
  }
}
