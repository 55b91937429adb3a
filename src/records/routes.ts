import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Database, Queries } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import type { Events } from '../events/events.ts'
import { type Accept, acceptsTask } from '../tasks/accept.ts'
import { readIdempotencyKey } from '../tasks/idempotency-key.ts'
import type { TaskKind } from '../tasks/kind.ts'
import { cursorOf, ListQuery, pageOf } from '../tasks/paging.ts'
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
  accept: Accept
  database: Database
  store: TaskStore
  cipher: Cipher
  events: Events
}

/** Student records: ask for versions, read them, choose one and answer for it. */
export const recordRoutes: FastifyPluginAsyncTypebox<RecordRoutesOptions> = async (app, options) => {
  const { kind, tasks, accept, database, store, cipher, events } = options

  app.post(
    '/api/records',
    {
      schema: {
        ...acceptsTask,
        tags: ['records'],
        summary: 'Have versions of a record written',
        body: RecordInput,
      },
    },
    async (request, reply) => {
      const { ownerId, body, id: traceId } = request
      const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key'])
      return accept(request, reply, await tasks.submit(kind, ownerId, body, { traceId, idempotencyKey }))
    },
  )

  app.get(
    '/api/records',
    {
      schema: {
        tags: ['records'],
        summary: 'Your records, newest first',
        querystring: ListQuery,
        response: { 200: RecordList },
      },
    },
    async request => {
      const found = await listRecords(database.queries, cipher, request.ownerId, cursorOf(request.query))
      const { items, nextCursor } = pageOf(found, request.query)
      return { items: await views(database.queries, items), nextCursor }
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
        await events.publish(tx, request.id, [{ name: 'record.confirmed', data: { taskId: record.id, ownerId } }])
        return view(tx, record)
      })
    },
  )

  app.delete(
    '/api/records/:id',
    {
      schema: {
        tags: ['records'],
        summary: 'Remove a record, its observations and all confirmations for good',
        description: 'Also while it is being written.',
        params: RecordParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      if (!(await tasks.remove(request.params.id, request.ownerId, kind.name))) throw recordNotFound()
      return reply.code(204).send(null)
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
