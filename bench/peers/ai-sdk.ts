import { createOpenAI } from '@ai-sdk/openai'
import { streamText } from 'ai'
import { listen, modelUrl } from './listen.ts'

/** The Node server of the AI SDK's documentation. */
const openai = createOpenAI({ apiKey: 'none', baseURL: modelUrl })
const model = openai.chat('bench')

listen((_, response) => {
  streamText({ model, prompt: 'Write.' }).pipeUIMessageStreamToResponse(response)
})
