import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import fastifyPlugin from 'fastify-plugin'
import helmet, { type HelmetOptions } from 'helmet'

/**
 * For pages made of ES modules from our own origin: no inline script or style, and nothing from elsewhere. The API's
 * documentation at `/docs` (Swagger UI) works under the same policy; only its logo loses its colours.
 *
 * It sends neither HSTS nor `upgrade-insecure-requests`: they break plain http, as on localhost and in a local network, and with
 * https the proxy, which has the certificate, should send them.
 */
const options: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      connectSrc: ["'self'"],
      fontSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      // Icons in style sheets are data: URLs; an image cannot run anything.
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
    },
  },
  xFrameOptions: { action: 'deny' },
  strictTransportSecurity: false,
  // Not helmet's `no-referrer`: under it, browsers send `Origin: null` with our own forms.
  referrerPolicy: { policy: 'same-origin' },
}

/**
 * Sets security headers on every response that a route or a hook gives, errors as well; a route that hijacks a response must
 * pass them on. Requests that are not HTTP, or whose path cannot be read, are answered without them.
 *
 * The headers are always the same, so helmet runs once. `@fastify/helmet` sets them for each request, past Fastify: Node
 * then keeps each header of an event stream by itself, 2 KB for as long as its client stays.
 */
export const securityHeaders = fastifyPlugin(
  async app => {
    const headers = headersOf(options)
    app.addHook('onRequest', (_request, reply, next) => {
      reply.headers(headers)
      next()
    })
  },
  { name: 'security-headers' },
)

function headersOf(options: HelmetOptions): OutgoingHttpHeaders {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  helmet(options)(response.req, response, error => {
    if (error) throw error
  })
  return { ...response.getHeaders() }
}
