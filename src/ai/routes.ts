import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Model } from './client.ts'

/** Which model writes here: the page must say when it is the demo model. */
export const modelRoutes: FastifyPluginAsyncTypebox<{ model: Model }> = async (app, { model }) => {
  app.get(
    '/api/model',
    {
      schema: {
        tags: ['tasks'],
        summary: 'The model that writes',
        response: {
          200: Type.Object({
            name: Type.String(),
            demo: Type.Boolean({ description: 'The embedded demo model: its text is made up.' }),
          }),
        },
      },
    },
    async () => ({ name: model.name, demo: model.demo }),
  )
}
