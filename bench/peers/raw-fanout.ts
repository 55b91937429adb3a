import type { ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen } from './listen.ts'

/** The limit for Node's http server: a loop that writes the same bytes to each watcher, without reading them. */
const watchers = new Set<ServerResponse>()
let events = 0

listen(async (request, response) => {
  if (request.method === 'POST') {
    const frame = Buffer.from(`id: 1-${++events}\ndata: ${await text(request)}\n\n`)
    for (const watcher of watchers) watcher.write(frame)
    response.writeHead(204).end()
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).flushHeaders()
  watchers.add(response)
  response.once('close', () => watchers.delete(response))
})
