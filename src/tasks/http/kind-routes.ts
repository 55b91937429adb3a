import type { FastifyInstance } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import type { Problem } from '../../base/problem.ts'
import type { Database, Queries } from '../../db/client.ts'
import { snapshot } from '../../db/snapshot.ts'
import { readIdempotencyKey } from '../idempotency/idempotency-key.ts'
import type { TaskKind } from '../kind.ts'
import { type TaskOfKind, TasksOfKind } from '../store/of-kind.ts'
import type { TaskStore } from '../store/task-store.ts'
import type { Tasks } from '../tasks.ts'
import { type Accept, acceptsTask } from './accept.ts'
import { pageOf, TaskListQuery, taskFilterOf } from './paging.ts'

/** What the routes of every kind need of the app. */
export interface KindRoutesContext<Input extends TSchema> {
  kind: TaskKind<Input>
  tasks: Tasks
  accept: Accept
  database: Database
  store: TaskStore
}

/** What makes the routes of one kind its own. */
export interface KindRoutes<Input extends TSchema> {
  /** Where they are: `/api/${path}`, `/api/${path}/:id`; also the tag of its routes in the API's documentation. */
  path: string
  /** What one of them is called in a sentence, such as `review`. */
  noun: string
  summaries: { create: string; list: string; get: string; remove: string; removeDetail: string }
  /** One of them, as an answer. */
  item: TSchema
  /** A page of them. */
  list: TSchema
  notFound(): Problem
  /**
   * What is kept of a request that its schema allows; by default, all of it as it is.
   *
   * @throws Problem when the kind takes no such request
   */
  accepted?(input: Static<Input>): Static<Input>
  /** What the answers say of these, in their order, as `tx` sees them. */
  viewAll(tx: Queries, found: readonly TaskOfKind<Static<Input>>[]): object[] | Promise<object[]>
  /** What the answer about one of them says; by default as in a list. */
  view?(tx: Queries, found: TaskOfKind<Static<Input>>): Promise<object>
}

/** The parameters of a route below `/api/${path}/:id`. */
export function kindParams(noun: string) {
  return Type.Object({
    id: Type.String({ maxLength: 100, description: `Id of the ${noun}, which is that of its task.` }),
  })
}

/**
 * The routes of a kind whose tasks are things that their owner keeps: create one, list them, read one, remove one. An owner
 * sees and removes only their own; what belongs to another owner is not found.
 *
 * @returns the tasks of this kind, for the routes that only this kind has
 */
export function kindRoutes<Input extends TSchema>(
  app: FastifyInstance,
  { kind, tasks, accept, database, store }: KindRoutesContext<Input>,
  { path, noun, summaries, item, list, notFound, accepted, viewAll, view }: KindRoutes<Input>,
): TasksOfKind<Static<Input>> {
  const found = new TasksOfKind<Static<Input>>(kind.name, store)
  const params = kindParams(noun)
  const schema = { tags: [path] }

  app.post(
    `/api/${path}`,
    { schema: { ...acceptsTask, ...schema, summary: summaries.create, body: kind.input } },
    async (request, reply) => {
      const { ownerId, id: traceId } = request
      // Node joins a header that comes twice.
      const idempotencyKey = readIdempotencyKey(request.headers['idempotency-key'] as string | undefined)
      const asked = request.body as Static<Input>
      const input = accepted ? accepted(asked) : asked
      return accept(request, reply, await tasks.submit(kind, ownerId, input, { traceId, idempotencyKey, asked }))
    },
  )

  app.get<{ Querystring: Static<typeof TaskListQuery> }>(
    `/api/${path}`,
    { schema: { ...schema, summary: summaries.list, querystring: TaskListQuery, response: { 200: list } } },
    ({ ownerId, query }) =>
      snapshot(database, async tx => {
        const { items, nextCursor } = pageOf(await found.list(tx, ownerId, taskFilterOf(query)), query)
        return { items: await viewAll(tx, items), nextCursor }
      }),
  )

  app.get<{ Params: { id: string } }>(
    `/api/${path}/:id`,
    { schema: { ...schema, summary: summaries.get, params, response: { 200: item } } },
    ({ ownerId, params: { id } }) =>
      snapshot(database, async tx => {
        const one = await found.find(tx, id, ownerId)
        if (!one) throw notFound()
        return view ? view(tx, one) : (await viewAll(tx, [one]))[0]
      }),
  )

  app.delete<{ Params: { id: string } }>(
    `/api/${path}/:id`,
    {
      schema: {
        ...schema,
        summary: summaries.remove,
        description: summaries.removeDetail,
        params,
        response: { 204: Type.Null() },
      },
    },
    async ({ params: { id }, ownerId }, reply) => {
      if (!(await tasks.remove(id, ownerId, kind.name))) throw notFound()
      return reply.code(204).send(null)
    },
  )
  return found
}
