import { Duplex } from 'node:stream'

/** A connection of `pg` to the thread of the embedded database: its `stream`, in place of a socket. */
export class ConnectionStream extends Duplex {
  readonly #send: (chunks: readonly Uint8Array[]) => void
  readonly #end: () => void

  /** @param end called once, when no more is sent */
  constructor(send: (chunks: readonly Uint8Array[]) => void, end: () => void) {
    super({ decodeStrings: true })
    this.#send = send
    this.#end = end
  }

  /** Answers from the thread. */
  receive(bytes: Uint8Array): void {
    this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  // What `pg` calls on a socket.

  connect(): void {
    process.nextTick(() => this.emit('connect'))
  }

  setNoDelay(): void {}

  setKeepAlive(): void {}

  ref(): void {}

  unref(): void {}

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#send([chunk])
    done()
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: () => void): void {
    this.#send(chunks.map(({ chunk }) => chunk))
    done()
  }

  override _final(done: () => void): void {
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#end()
    done(error)
  }
}
