export interface ChunkHead {
  readonly id: string
  /** Seconds since 1970. */
  readonly created: number
  readonly model: string
}

/** A `chat.completion.chunk`. `usage` is left out if undefined: without `stream_options.include_usage` there is none. */
export function completionChunk(head: ChunkHead, choices: readonly object[], usage?: object | null): object {
  const { id, created, model } = head
  return { id, object: 'chat.completion.chunk', created, model, choices, ...(usage !== undefined && { usage }) }
}

/** The one choice of a chunk. */
export function choice(delta: object, finishReason: string | null = null): object {
  return { index: 0, delta, logprobs: null, finish_reason: finishReason }
}

/** One event of the stream. */
export function frame(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

export const doneFrame = 'data: [DONE]\n\n'
