import type { IncomingMessage } from 'node:http'
import fastifyPlugin from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** Below which browsers reach the server, such as `/conch`; '' for the whole host. Every address in an answer begins with it. */
    readonly basePath: string
  }
}

/**
 * For Fastify's option of this name: routes know nothing of the base path. A proxy may keep it or strip it, so both forms of an
 * address lead to the same route; `basePath` cannot begin as one of the server's own paths does (see `config/values.ts`).
 */
export function withoutBasePath(basePath: string): ((request: IncomingMessage) => string) | undefined {
  if (basePath === '') return undefined
  return ({ url = '/' }) => {
    const [, origin = '', path = ''] = /^([a-z][a-z\d+.-]*:\/\/[^/?#]*)?(.*)$/is.exec(url) ?? []
    return path.startsWith(`${basePath}/`) ? origin + path.slice(basePath.length) : url
  }
}

/** Tells routes the base path, and sends who leaves away its slash to the page below it. */
export const basePath = fastifyPlugin<{ basePath: string }>(
  async (app, { basePath }) => {
    app.decorate('basePath', basePath)
    if (basePath !== '')
      app.get(basePath, { schema: { hide: true } }, (_request, reply) => reply.redirect(`${basePath}/`))
  },
  { name: 'base-path' },
)
