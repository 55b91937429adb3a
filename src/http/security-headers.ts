import helmet from '@fastify/helmet'
import fastifyPlugin from 'fastify-plugin'

/**
 * Security headers on every response, for pages made of ES modules from our own origin: no inline script or style, and
 * nothing from elsewhere. The API's documentation at `/docs` (Swagger UI) works under the same policy; only its logo loses
 * its colours.
 *
 * Neither HSTS nor `upgrade-insecure-requests`: they break plain http, as on localhost and in a local network, and with
 * https they are for the proxy to send, which has the certificate.
 */
export const securityHeaders = fastifyPlugin(
  async app => {
    await app.register(helmet, {
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
    })
  },
  { name: 'security-headers' },
)
