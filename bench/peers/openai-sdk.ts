import OpenAI from 'openai'
import { listen, modelUrl } from './listen.ts'

/** The example of the SDK's documentation: a loop over its stream that writes each delta. */
const client = new OpenAI({ apiKey: 'none', baseURL: modelUrl })

listen(async (_, response) => {
  const stream = await client.chat.completions.create({
    model: 'bench',
    stream: true,
    messages: [{ role: 'user', content: 'Write.' }],
  })
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta?.content
    if (delta) response.write(`data: ${JSON.stringify({ delta })}\n\n`)
  }
  response.end('data: [DONE]\n\n')
})
