/** Who reads a body: told of each piece in order, and of its end once. */
export interface BodyReader {
  data(bytes: Buffer): void
  /** `error`: it broke off, or was closed. */
  end(error?: NodeJS.ErrnoException): void
}

/** What of a body its reader needs. */
export interface Body {
  /** To be called once. What has come already is told at once. */
  read(reader: BodyReader): void
  /** Drops what is still to come, and with it the connection. Idempotent. */
  close(): void
}

/**
 * The body of an answer, told to its reader as it is read from the socket.
 *
 * No stream stands between: with one token per read, undici's Readable costs about as much per token as parsing it.
 */
export class UpstreamBody implements Body {
  readonly #abort: () => void
  #early: Buffer[] = []
  #reader: BodyReader | undefined
  #ended: { error?: NodeJS.ErrnoException } | undefined

  /** @param abort closes what it comes from */
  constructor(abort: () => void) {
    this.#abort = abort
  }

  read(reader: BodyReader): void {
    const ended = this.#ended
    this.#reader = reader
    for (const bytes of this.#early) {
      // The reader may have closed it meanwhile.
      if (this.#ended !== ended) return
      reader.data(bytes)
    }
    this.#early = []
    if (ended) reader.end(ended.error)
  }

  close(): void {
    if (this.#ended) return
    this.end(new Error('closed'))
    this.#abort()
  }

  push(bytes: Buffer): void {
    if (this.#ended) return
    if (this.#reader) this.#reader.data(bytes)
    else this.#early.push(bytes)
  }

  end(error?: NodeJS.ErrnoException): void {
    if (this.#ended) return
    this.#ended = { error }
    this.#reader?.end(error)
  }
}

/** The beginning of a body, or as much of it as came before it broke or the time was up. Closes what it does not read. */
export function readText(body: Body, maxBytes: number, timeoutMs: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise(resolve => {
    const timer = setTimeout(() => body.close(), timeoutMs)
    body.read({
      data(bytes) {
        chunks.push(bytes)
        size += bytes.length
        if (size > maxBytes) body.close()
      },
      // What came is enough for its purpose.
      end() {
        clearTimeout(timer)
        resolve(Buffer.concat(chunks).toString('utf8', 0, maxBytes))
      },
    })
  })
}
