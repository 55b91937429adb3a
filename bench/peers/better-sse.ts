import { json } from 'node:stream/consumers'
import { createChannel, createSession } from 'better-sse'
import { listen } from './listen.ts'

/** The server of better-sse's documentation: a session for each watcher, all of them in a channel that broadcasts. */
const channel = createChannel()

listen(async (request, response) => {
  if (request.method === 'POST') {
    channel.broadcast(await json(request))
    response.writeHead(204).end()
    return
  }
  channel.register(await createSession(request, response))
})
