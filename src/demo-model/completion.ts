import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { ChatRequest } from './chat-request.ts'
import { choice, completionChunk, doneFrame, frame } from './chunk.ts'
import { paced } from './pace.ts'
import { seededRandom } from './random.ts'
import { tokensOf } from './tokens.ts'
import { writeReply } from './writer.ts'

/** The name of the demo model, whatever name the request uses. */
export const demoModelName = 'conch-demo'

/** Answers one chat completion, streamed or whole, at the given pace. Stops at once when the signal is aborted. */
export async function complete(
  request: ChatRequest,
  response: ServerResponse,
  options: { tokensPerSecond: number; signal: AbortSignal },
): Promise<void> {
  const all = tokensOf(writeReply(request.messages, request.format))
  const tokens = all.slice(0, request.maxTokens)
  const promptTokens = request.messages.reduce((sum, { content }) => sum + tokensOf(content).length + 4, 3)
  const completion: WrittenCompletion = {
    id: `chatcmpl-${randomUUID()}`,
    created: Math.floor(Date.now() / 1000),
    tokens,
    finishReason: tokens.length < all.length ? 'length' : 'stop',
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: tokens.length,
      total_tokens: promptTokens + tokens.length,
    },
  }
  const { tokensPerSecond: perSecond, signal } = options
  const pace = { perSecond, signal, random: seededRandom(completion.id).next }
  if (request.stream) await stream(completion, request.includeUsage, response, pace)
  else await answerWhole(completion, response, pace)
}

interface WrittenCompletion {
  readonly id: string
  readonly created: number
  readonly tokens: readonly string[]
  readonly finishReason: 'stop' | 'length'
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number }
}

type Pace = Parameters<typeof paced>[1]

async function stream(
  completion: WrittenCompletion,
  includeUsage: boolean,
  response: ServerResponse,
  pace: Pace,
): Promise<void> {
  const { id, created, tokens, finishReason, usage } = completion
  const head = { id, created, model: demoModelName }
  const send = (choices: object[], chunkUsage: object | null = null) =>
    write(response, frame(completionChunk(head, choices, includeUsage ? chunkUsage : undefined)), pace.signal)

  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  await send([choice({ role: 'assistant', content: '', refusal: null })])
  for await (const content of paced(tokens, pace)) await send([choice({ content })])
  if (pace.signal.aborted) return
  await send([choice({}, finishReason)])
  if (includeUsage) await send([], usage)
  response.end(doneFrame)
}

async function answerWhole(completion: WrittenCompletion, response: ServerResponse, pace: Pace): Promise<void> {
  const { id, created, tokens, finishReason, usage } = completion
  let content = ''
  for await (const token of paced(tokens, pace)) content += token
  if (pace.signal.aborted) return
  response.writeHead(200, { 'content-type': 'application/json' })
  const message = { role: 'assistant', content, refusal: null }
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReason }]
  response.end(JSON.stringify({ id, object: 'chat.completion', created, model: demoModelName, choices, usage }))
}

/** Writes, and waits while the reader is slow. Returns without writing once the reader has disconnected. */
async function write(response: ServerResponse, frame: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.write(frame)) return
  try {
    await once(response, 'drain', { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
