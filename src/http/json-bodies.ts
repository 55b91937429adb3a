import { errorCodes, type FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

/**
 * Reads bodies as JSON and nothing else: any other type is 415. That includes `text/plain`, which Fastify takes by default and
 * which pages of any origin may send without a preflight.
 *
 * An empty body is no body, whatever type it names: clients name `application/json` for a request that needs no body. The
 * route's schema decides whether a body is needed.
 */
export const jsonBodies = fastifyPlugin(
  async app => {
    // What Fastify's own options say by default: "__proto__" and "constructor.prototype" are refused.
    const parse = app.getDefaultJsonParser('error', 'error')
    app.removeAllContentTypeParsers()
    app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
      if (text === '') done(null, undefined)
      else parse(request, text, done)
    })
    app.addContentTypeParser('*', (request, _payload, done) => {
      if (request.routeOptions.schema?.body === undefined && isEmpty(request)) done(null, undefined)
      else done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE())
    })
  },
  { name: 'json-bodies' },
)

function isEmpty({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
}
