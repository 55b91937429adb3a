import { pipeline } from 'node:stream'
import { Agent, request } from 'undici'
import { listen, modelUrl } from './listen.ts'

/** The limit for Node: passes the model's answer on as it is, without reading it. */
const agent = new Agent({ bodyTimeout: 0 })
const body = JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: 'Write.' }] })

listen(async (_, response) => {
  const answer = await request(`${modelUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    dispatcher: agent,
  })
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  pipeline(answer.body, response, () => {})
})
