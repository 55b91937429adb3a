import fastifyPlugin from 'fastify-plugin'

/**
 * While `stopping`, each answer is the last on its connection. A proxy keeps connections for later requests: without this
 * it would send some into those that the closing server drops, and a POST that was sent cannot be sent again.
 */
export const closeConnectionsOnDrain = fastifyPlugin<{ stopping(): boolean }>(
  async (app, { stopping }) => {
    app.addHook('onSend', async (_request, reply) => {
      if (stopping()) reply.header('connection', 'close')
    })
  },
  { name: 'close-on-drain' },
)
