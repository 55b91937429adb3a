import { createOpenAI } from '@ai-sdk/openai'
import { streamText } from 'ai'
import { listen, modelUrl } from './listen.ts'

/** What the AI SDK's documentation shows for a Node server. */
const openai = createOpenAI({ apiKey: 'none', baseURL: modelUrl })
const model = openai.chat('bench')

listen((_, response) => {
  streamText({ model, prompt: 'Write.' }).pipeUIMessageStreamToResponse(response)
})
