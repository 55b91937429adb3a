import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'
import type { Database, Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { snapshot } from '../../db/snapshot.ts'
import type { Events } from '../../domain-events/events.ts'
import { taskInputDamaged } from '../../tasks/errors.ts'
import { type Accept, acceptsTask } from '../../tasks/http/accept.ts'
import { pageOf, TaskListQuery, taskFilterOf } from '../../tasks/http/paging.ts'
import { readIdempotencyKey } from '../../tasks/idempotency/idempotency-key.ts'
import type { TaskKind } from '../../tasks/kind.ts'
import { type TaskOfKind, TasksOfKind } from '../../tasks/store/of-kind.ts'
import type { TaskStore } from '../../tasks/store/task-store.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import { Assessed, LimitList, RecordConfirmation, RecordList, RecordSchema, TextToCheck } from './api-schemas.ts'
import { assess } from './assess.ts'
import { categoryNames } from './category.ts'
import { overLimit, recordNotFound, recordWithoutText, versionDamaged, versionNotFound } from './errors.ts'
import { RecordInput } from './input.ts'
import { limitFor, limits } from './limits.ts'
import { emphases } from './prompt.ts'
import { confirmRecord, keptRecords, latestConfirmations, saveRecords } from './store.ts'
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

/** Student records: request versions, read them, choose one and answer for it. */
export const recordRoutes: FastifyPluginAsyncTypebox<RecordRoutesOptions> = async (app, options) => {
  const { kind, tasks, accept, database, store, cipher, events } = options
  const written = new TasksOfKind<Static<typeof RecordInput>>(kind.name, store)

  app.post(
    '/api/records',
    {
      schema: {
        ...acceptsTask,
        tags: ['records'],
        summary: 'Write versions of a record',
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
        summary: 'Your records, newest first, including those that are being written or failed',
        querystring: TaskListQuery,
        response: { 200: RecordList },
      },
    },
    ({ ownerId, query }) =>
      snapshot(database, async tx => {
        const { items, nextCursor } = pageOf(await written.list(tx, ownerId, taskFilterOf(query)), query)
        return { items: await views(tx, items), nextCursor }
      }),
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
        summary: 'Size of a text, and its flagged passages',
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
    ({ ownerId, params }) => snapshot(database, async tx => view(tx, await written.find(tx, params.id, ownerId))),
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
        const record = await written.find(tx, request.params.id, ownerId, { forUpdate: true })
        if (!record) throw recordNotFound()
        const { task, input, outputs } = record
        if (outputs.every(({ text, damaged }) => text === '' && !damaged)) throw recordWithoutText()
        const chosen = outputs[body.output]
        if (!chosen) throw versionNotFound(outputs.length)
        if (chosen.damaged) throw versionDamaged(body.output)
        const of = input ?? (await keptRecords(tx, cipher, [task])).get(task.id)
        if (!of) throw taskInputDamaged()
        const assessed = assess(text, of.category, of.targetBytes)
        if (assessed.overBy > 0 && !body.allowOverLimit) throw overLimit(assessed)
        // A task whose texts were saved before its kind saved a record has no record yet.
        if (input) await saveRecords(tx, cipher, [{ ...task, input }])
        await confirmRecord(tx, cipher, ownerId, task.id, { output: body.output, original: chosen.text, text })
        await events.publish(tx, request.id, [{ name: 'record.confirmed', data: { taskId: task.id, ownerId } }])
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

  async function views(tx: Queries, found: readonly TaskOfKind<Static<typeof RecordInput>>[]) {
    const owned = found.map(({ task }) => task)
    const kept = await keptRecords(tx, cipher, owned)
    const confirmed = await latestConfirmations(tx, cipher, owned)
    return found.map(record => viewRecord(record, kept.get(record.id), confirmed.get(record.id)))
  }

  async function view(tx: Queries, record: TaskOfKind<Static<typeof RecordInput>> | undefined) {
    const [only] = await views(tx, record ? [record] : [])
    if (!only) throw recordNotFound()
    return only
  }
}
