import fastifyPlugin from 'fastify-plugin'

/**
 * While `stopping`, each answer is the last on its connection. A proxy keeps connections for later requests: without this
 * it would send some on connections that the closing server drops, and it cannot send a POST a second time.
 */
export const closeConnectionsOnDrain = fastifyPlugin<{ stopping(): boolean }>(
  async (app, { stopping }) => {
    app.addHook('onSend', async (_request, reply) => {
      if (stopping()) reply.header('connection', 'close')
    })
  },
  { name: 'close-on-drain' },
)
