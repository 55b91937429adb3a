import fastifyPlugin from 'fastify-plugin'
import { largestJson, type SizedSchema, UnboundedSchema } from './largest-json.ts'

/** For white space and a byte order mark around a body. It is also the limit of a route that takes no body. */
const spareBytes = 1_024

/**
 * Gives each route the body limit that follows from its schema: the largest valid body, however it is escaped, and a little
 * more. A larger body is refused with 413 before it is read, so the work that one request can cause has a known bound.
 *
 * A route whose schema leaves any part of a request unbounded, or needs more than Fastify's `bodyLimit`, which a proxy in
 * front knows, cannot be registered. Unknown members of a query and unknown headers are ignored; Node bounds them, with the
 * address, to 16 KB. Register before the routes.
 *
 * @throws UnboundedSchema from the registration of such a route
 */
export const requestBounds = fastifyPlugin(
  async app => {
    app.addHook('onRoute', route => {
      const name = `${route.method} ${route.url}`
      const { body, querystring, params, headers } = (route.schema ?? {}) as Record<string, SizedSchema | undefined>
      for (const [part, schema] of Object.entries({ querystring, params, headers }))
        for (const [member, bounded] of Object.entries(schema?.properties ?? {}))
          largestJson(bounded, `${name}: ${part}/${member}`)
      const limit = spareBytes + (body ? largestJson(body, `${name}: body`) : 0)
      const { bodyLimit: most = limit } = app.initialConfig
      if (limit > most)
        throw new UnboundedSchema(`${name}: body may take ${limit} bytes, more than the ${most} of the server`)
      route.bodyLimit = limit
    })
  },
  { name: 'request-bounds' },
)
