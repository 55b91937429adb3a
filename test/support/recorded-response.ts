import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { SseStream } from '../../src/sse/sse-stream.ts'

/** As much of a response as an event stream needs, for a client in this process under a clock of the test's. */
export class RecordedResponse extends EventEmitter {
  destroyed = false
  readonly #read: (bytes: Buffer) => void
  #reading = true

  constructor(read: (bytes: Buffer) => void) {
    super()
    this.#read = read
  }

  /** A client that gets the stream; while `reading` is false it leaves the bytes unread. */
  static of(stream: SseStream, read: (bytes: Buffer) => void): RecordedResponse {
    const response = new RecordedResponse(read)
    stream.open(response as unknown as ServerResponse, {})
    return response
  }

  set reading(reading: boolean) {
    this.#reading = reading
    if (reading) this.emit('drain')
  }

  writeHead(): this {
    return this
  }

  flushHeaders(): void {}

  write(bytes: Buffer): boolean {
    this.#read(bytes)
    return this.#reading
  }

  end(): void {
    this.destroy()
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }
}
