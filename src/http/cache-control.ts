import type { FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

/** Of every answer of the API: what is in it belongs to one owner, or to operators. */
export const privateAnswer = 'private, no-store'

/**
 * Keeps answers that belong to one owner out of every cache: whatever a route below `/api` says of caching, each of its
 * answers is `private, no-store`, and an event stream `no-transform` besides. What sets a cookie is `private` anywhere: a
 * shared cache that kept it would give one visitor's cookie to the next.
 *
 * Problems come with it (see `problems`), also where there is no route. Register before what answers past Fastify.
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

/** By the route, not the address: `/%61pi/` is the same route. One for all addresses, a CORS preflight's, does not say. */
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
