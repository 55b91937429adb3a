import fastifyCors from '@fastify/cors'
import fastifyPlugin from 'fastify-plugin'

/**
 * Lets pages of the given origins call the API with their cookie, and read the answers, event streams and problems
 * included. Another origin gets no CORS header at all, and its `OPTIONS` is answered like any method that an address does
 * not take. Register before plugins that may refuse a request, so that pages can read the refusals, too.
 *
 * @param origins as browsers send them, such as `https://example.org`
 */
export const cors = fastifyPlugin<{ origins: readonly string[] }>(
  async (app, { origins }) => {
    if (origins.length === 0) return
    await app.register(fastifyCors, {
      // A function, unlike a list, leaves out every header where it answers no.
      origin: async (origin: string | undefined) => origin !== undefined && origins.includes(origin),
      credentials: true,
      // In strict mode the plugin answers text/plain to an OPTIONS that is not a preflight.
      strictPreflight: false,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      allowedHeaders: [
        'content-type',
        'last-event-id',
        'authorization',
        'idempotency-key',
        'traceparent',
        'if-none-match',
      ],
      exposedHeaders: ['location', 'x-task-id', 'retry-after', 'etag'],
      maxAge: 600,
    })
  },
  { name: 'cors' },
)
