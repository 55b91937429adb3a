import type { IncomingMessage } from 'node:http'
import { ApiError, invalid } from './api-error.ts'
import { checkResponseFormat, isObject, type ResponseFormat } from './response-format.ts'

/** Room for any conversation; a larger body is refused with 413. */
export const maxBodyBytes = 4 * 1024 * 1024

export interface ChatMessage {
  readonly role: string
  /** The text; parts of other kinds, such as images, are left out. */
  readonly content: string
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[]
  readonly stream: boolean
  /** Whether a stream ends with a chunk that holds the usage. */
  readonly includeUsage: boolean
  /** No more tokens than this; Infinity when the request sets no limit. */
  readonly maxTokens: number
  readonly format: ResponseFormat
}

/**
 * Reads and checks the body of `POST /v1/chat/completions`. Settings the demo model has no use for (temperature, seed,
 * stop ...) are accepted and ignored, any model name is taken, more than one choice is refused.
 *
 * Throws `ApiError` with 400, 413 or 415.
 */
export async function readChatRequest(request: IncomingMessage): Promise<ChatRequest> {
  const contentType = request.headers['content-type'] ?? ''
  if (!/^application\/json\s*(?:;|$)/i.test(contentType)) {
    throw new ApiError(415, 'The body must be sent as application/json.', { code: 'unsupported_media_type' })
  }
  return check(parse(await readBody(request)))
}

/** A body that is too large is read to its end and dropped: the client might never see a refusal in the middle of it. */
async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes <= maxBodyBytes) pieces.push(piece)
    else pieces.length = 0
  }
  if (bytes > maxBodyBytes)
    throw new ApiError(413, `The body is larger than ${maxBodyBytes} bytes.`, { code: 'request_too_large' })
  return Buffer.concat(pieces).toString('utf8')
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw invalid('We could not parse the JSON body of your request.', null)
  }
}

function check(body: unknown): ChatRequest {
  if (!isObject(body)) throw invalid('The body must be a JSON object.', null)
  const { model, messages, n, stream, stream_options: streamOptions } = body
  if (typeof model !== 'string' || model === '') throw invalid('you must provide a model parameter', 'model')
  if (!Array.isArray(messages) || messages.length === 0)
    throw invalid("'messages' must be an array with at least one message.", 'messages')
  if (!isMissing(n) && n !== 1) throw invalid('This model writes one choice only.', 'n')
  if (!isMissing(stream) && typeof stream !== 'boolean') throw invalid("'stream' must be a boolean.", 'stream')
  if (!isMissing(streamOptions) && (stream !== true || !isObject(streamOptions))) {
    throw invalid("'stream_options' is an object and only allowed when 'stream' is true.", 'stream_options')
  }
  const read = messages.map(message)
  return {
    messages: read,
    stream: stream === true,
    includeUsage: isObject(streamOptions) && streamOptions.include_usage === true,
    maxTokens: Math.min(tokenLimit(body, 'max_completion_tokens'), tokenLimit(body, 'max_tokens')),
    format: checkResponseFormat(body.response_format, read.map(({ content }) => content).join('\n')),
  }
}

function message(value: unknown, index: number): ChatMessage {
  const param = `messages[${index}]`
  if (!isObject(value)) throw invalid('A message must be an object.', param)
  const { role, content } = value
  if (typeof role !== 'string' || !['system', 'developer', 'user', 'assistant', 'tool'].includes(role)) {
    throw invalid('A role is one of system, developer, user, assistant and tool.', `${param}.role`)
  }
  if (typeof content === 'string') return { role, content }
  if (isMissing(content) && role === 'assistant') return { role, content: '' }
  if (!Array.isArray(content)) throw invalid('The content must be a string or an array of parts.', `${param}.content`)
  const texts = content.map(part => (isObject(part) && typeof part.text === 'string' ? part.text : ''))
  return { role, content: texts.join('') }
}

function tokenLimit(body: Record<string, unknown>, name: string): number {
  const limit = body[name]
  if (isMissing(limit)) return Number.POSITIVE_INFINITY
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1)
    throw invalid(`'${name}' must be an integer from 1.`, name)
  return limit
}

function isMissing(value: unknown): value is null | undefined {
  return value === undefined || value === null
}
