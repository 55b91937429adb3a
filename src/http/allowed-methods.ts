import type { FastifyInstance, HTTPMethods } from 'fastify'
import findMyWay, { type HTTPMethod } from 'find-my-way'

/**
 * Returns the methods that a path takes, by the routes that `app` gets from now on. Fastify's own router answers for
 * patterns only, not for what matches a path; this is the same router over the same patterns.
 *
 * Catch-all routes (`/*`) do not count: they match, but do not show that there is something at the path.
 */
export function allowedMethods(app: FastifyInstance): (path: string) => string[] {
  const router = findMyWay({ maxParamLength: 1000 })
  const methods = new Set<HTTPMethod>()
  app.addHook('onRoute', route => {
    if (route.url.includes('*')) return
    for (const method of [route.method].flat() as (HTTPMethods & HTTPMethod)[]) {
      if (router.findRoute(method, route.url)) continue
      router.on(method, route.url, () => {})
      methods.add(method)
    }
  })
  return path => [...methods].filter(method => router.find(method, path)).sort()
}
