import { createParser, type EventSourceMessage } from 'eventsource-parser'

/**
 * The state that a client makes of a stream: the texts it would show, by the rules that docs/protocol.md gives to
 * clients.
 */
export class Transcript {
  readonly texts = new Map<number, string>()
  readonly chunks: {
    type: string
    id?: string
    delta?: string
    data?: {
      reason?: string
      index?: number
      status?: string
      question?: string
      choices?: string[]
      withdrawn?: boolean
    }
  }[] = []
  readonly ids: string[] = []
  /** Cursor the client would come back with. */
  lastId: string | undefined
  done = false

  /** Takes a frame as the parser gives it. */
  take({ id, event, data }: EventSourceMessage): void {
    // As `onmessage` of an EventSource: it never sees a ping.
    if (event === 'ping') return
    if (data === '[DONE]') {
      this.done = true
      return
    }
    const chunk = JSON.parse(data)
    this.chunks.push(chunk)
    if (id !== undefined) {
      this.lastId = id
      this.ids.push(id)
    }
    if (chunk.type === 'data-reset') this.texts.clear()
    else if (chunk.type === 'text-start') this.texts.set(Number(chunk.id), '')
    else if (chunk.type === 'text-delta') {
      const output = Number(chunk.id)
      this.texts.set(output, (this.texts.get(output) ?? '') + chunk.delta)
    }
  }

  /** Feeds bytes of an SSE stream, cut anywhere. */
  static parser(transcript: Transcript): (bytes: Uint8Array) => void {
    const decoder = new TextDecoder()
    const parser = createParser({ onEvent: event => transcript.take(event) })
    return bytes => parser.feed(decoder.decode(bytes, { stream: true }))
  }

  text(output: number): string {
    return this.texts.get(output) ?? ''
  }

  types(): string[] {
    return this.chunks.map(({ type }) => type)
  }
}
