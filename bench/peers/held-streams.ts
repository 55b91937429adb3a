import type { Readable } from 'node:stream'
import { Agent, request } from 'undici'
import { listen, modelUrl } from './listen.ts'

/** The limit for Node: reads and drops as many completions as `streams` in the query says, and does nothing else. */
const agent = new Agent({ bodyTimeout: 0 })
const body = JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: 'Write.' }] })
const held: Readable[] = []

listen(async ({ url }, response) => {
  const streams = Number(new URLSearchParams(url?.split('?')[1]).get('streams'))
  const answers = await Promise.all(
    Array.from({ length: streams }, () =>
      request(`${modelUrl}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        dispatcher: agent,
      }),
    ),
  )
  for (const answer of answers) held.push(answer.body.resume())
  response.end()
})
