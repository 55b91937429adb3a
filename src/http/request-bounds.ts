import fastifyPlugin from 'fastify-plugin'
import { largestJson, type SizedSchema, UnboundedSchema } from './largest-json.ts'

/** Around a body: white space, a byte order mark. All that a route takes that asks for no body. */
const spareBytes = 1_024

/**
 * Gives each route the body limit that follows from its schema: what the largest valid body can take, however it is escaped,
 * and a little more. A larger one is refused with 413 before it is read, so what one request can make this process do is known.
 *
 * A route whose schema leaves anything of a request without a bound, or takes more than Fastify's `bodyLimit`, which a proxy
 * in front knows, cannot be registered. Unknown members of a query and
 * unknown headers are ignored; Node bounds them, with the address, to 16 KB. Register before the routes.
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
