import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { BackgroundReencryption } from '../db/background-reencryption.ts'

const KeyIds = (description: string) => Type.Optional(Type.Array(Type.String(), { description }))

const ReencryptionSchema = Type.Object({
  status: Type.Enum(['idle', 'running', 'done', 'failed']),
  key: Type.Optional(Type.String({ description: 'Id of the newest key, under which everything is to be.' })),
  passes: Type.Optional(Type.Integer({ description: 'How often all tables have been gone through.' })),
  columns: Type.Optional(
    Type.Array(
      Type.Object({
        table: Type.String(),
        column: Type.String(),
        reencrypted: Type.Integer(),
        unreadable: Type.Integer({ description: 'No given key opens these; they were left as they are.' }),
        left: Type.Integer({ description: 'Found under an older key in this pass.' }),
      }),
    ),
  ),
  missingKeys: KeyIds('Ids of keys that were not given, named by values that cannot be read.'),
  damaged: Type.Optional(Type.Integer({ description: 'Values that were changed, so that no key opens them.' })),
  olderKeys: KeyIds('Ids of older keys found in this pass. If it was the last one, something still writes with them.'),
  unusedKeys: KeyIds('Ids of given keys that no value names any more.'),
})

const path = '/api/operations/reencryption'

/** For operators: has everything encrypted under the newest key, while all else goes on. Needs the plugin `operator`. */
export const reencryptionRoutes: FastifyPluginAsyncTypebox<{ reencryption: BackgroundReencryption }> = async (
  app,
  { reencryption },
) => {
  const common = { tags: ['operation'], security: [{ operator: [] }] }

  app.post(
    path,
    {
      onRequest: app.operatorsOnly,
      schema: {
        ...common,
        summary: 'Encrypt everything anew with the newest key',
        description: 'Answers at once. While it runs, asking again changes nothing.',
        response: { 202: ReencryptionSchema },
      },
    },
    async (_request, reply) => reply.code(202).header('cache-control', 'no-store').send(reencryption.start()),
  )

  app.get(
    path,
    {
      onRequest: app.operatorsOnly,
      schema: { ...common, summary: 'How far that is', response: { 200: ReencryptionSchema } },
    },
    async (_request, reply) => reply.header('cache-control', 'no-store').send(reencryption.state),
  )
}
