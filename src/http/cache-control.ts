import type { FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

/** For every answer of the API: its content belongs to one owner, or to operators. */
export const privateAnswer = 'private, no-store'

/**
 * Keeps answers that belong to one owner out of every cache: whatever a route below `/api` says about caching, each of its
 * answers is `private, no-store`, and an event stream is `no-transform` as well. An answer that sets a cookie is `private`
 * anywhere: a shared cache that kept it would give one visitor's cookie to the next.
 *
 * Problems carry the header too (see `problems`), also where there is no route. Register before plugins that answer past Fastify.
 */
export const cacheControl = fastifyPlugin(
  async app => {
    app.addHook('onSend', (request, reply, _payload, next) => {
      const given = directivesOf(reply)
      if (isApi(request)) {
        const kept = given.filter(directive => directive === 'no-transform')
        reply.header('cache-control', [privateAnswer, ...kept].join(', '))
      } else if (reply.hasHeader('set-cookie') && !given.includes('private')) {
        const rest = given.filter(directive => directive !== 'public' && !directive.startsWith('s-maxage'))
        reply.header('cache-control', ['private', ...rest].join(', '))
      }
      next()
    })
  },
  { name: 'cache-control' },
)

/**
 * By the route, not the address: `/%61pi/` is the same route. A route for all addresses, as of a CORS preflight, does not
 * decide.
 */
function isApi({ routeOptions: { url: route }, url }: FastifyRequest): boolean {
  const path = route === undefined || route.includes('*') ? url : route
  return /^\/api(?=[/?]|$)/.test(path)
}

function directivesOf(reply: FastifyReply): string[] {
  return String(reply.getHeader('cache-control') ?? '')
    .split(',')
    .map(directive => directive.trim().toLowerCase())
    .filter(directive => directive !== '')
}
