import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import fastifyPlugin from 'fastify-plugin'
import helmet, { type HelmetOptions } from 'helmet'

/**
 * For pages made of ES modules from our own origin: no inline script or style, and nothing from elsewhere. The API's
 * documentation at `/docs` (Swagger UI) works under the same policy; only its logo loses its colours.
 *
 * Neither HSTS nor `upgrade-insecure-requests`: they break plain http, as on localhost and in a local network, and with
 * https they are for the proxy to send, which has the certificate.
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
 * Security headers on every response that a route or a hook gives, errors as well; who hijacks one must pass them on. Requests
 * that are no HTTP, or whose path cannot be read, are answered without.
 *
 * They are always the same, so helmet is asked once. `@fastify/helmet` sets it up anew for each request, past Fastify: Node
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
