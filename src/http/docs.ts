import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifySchema } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

/** OpenAPI from the routes' schemas, shown at `/docs`. Must be registered before the routes. */
export const docs = fastifyPlugin<{ version: string; basePath?: string }>(async (app, { version, basePath = '' }) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Conch',
        version,
        description:
          'Requests for AI text become durable tasks; their progress and tokens are streamed. Errors are ' +
          '`application/problem+json` (RFC 9457). The owner is known by the signed cookie `conch_owner`, over https `__Host-conch_owner`, set at the first request.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: basePath || '/' }],
      components: {
        securitySchemes: { operator: { type: 'http', scheme: 'bearer', description: 'OPERATOR_TOKEN' } },
      },
      tags: [
        { name: 'records', description: 'Student records' },
        { name: 'reviews', description: 'Diary reviews' },
        { name: 'quizzes', description: 'Quizzes, and taking them' },
        { name: 'notifications', description: 'Notifications, and the channels that send them' },
        { name: 'tasks', description: 'Tasks of all kinds' },
        { name: 'operation', description: 'For those who run it' },
      ],
    },
    transform: ({ schema, url }) => ({ schema: schema && withOptionalDefaults(schema), url }),
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: basePath,
    uiConfig: { docExpansion: 'list', tryItOutEnabled: true },
  })
})

/** The route always gets a query parameter that has a default, so a client need not send it. */
function withOptionalDefaults(schema: FastifySchema): FastifySchema {
  const { querystring } = schema as { querystring?: { required?: string[]; properties?: Record<string, object> } }
  if (!querystring?.required) return schema
  const required = querystring.required.filter(name => !('default' in (querystring.properties?.[name] ?? {})))
  return { ...schema, querystring: { ...querystring, required } }
}
