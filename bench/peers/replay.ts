import { listen } from './listen.ts'

/**
 * A log that is an array of the frames that were sent live, one for each token, each written to every client. `frames` in
 * the query says how many there are, `ends` whether the stream ends after them.
 */
const live = Array.from({ length: 4_000 }, (_, token) => {
  const chunk = { type: 'text-delta', id: '0', delta: '토큰 ' }
  // After start, three stages, data-output and text-start.
  return `id: 1-${token + 6}\ndata: ${JSON.stringify(chunk)}\n\n`
})

listen((request, response) => {
  const query = new URLSearchParams(request.url?.split('?')[1])
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const frame of live.slice(0, Number(query.get('frames')))) response.write(frame)
  if (query.has('ends')) response.end('data: [DONE]\n\n')
})
