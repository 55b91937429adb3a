/** Reads a body: it gets each piece in order, and the end once. */
export interface BodyReader {
  data(bytes: Buffer): void
  /** `error`: the body broke off, or was closed. */
  end(error?: NodeJS.ErrnoException): void
}

/** The part of a body that its reader needs. */
export interface Body {
  /** To be called once. The reader gets at once what has already come. */
  read(reader: BodyReader): void
  /** Drops the rest of the body, and with it the connection. Idempotent. */
  close(): void
}

/**
 * The body of an answer, passed to its reader as it is read from the socket.
 *
 * No stream stands between: with one token per read, undici's Readable costs about as much per token as parsing it.
 */
export class UpstreamBody implements Body {
  readonly #abort: () => void
  #early: Buffer[] = []
  #reader: BodyReader | undefined
  #ended: { error?: NodeJS.ErrnoException } | undefined

  /** @param abort closes the source of the body */
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

/**
 * The beginning of a body, up to its limit, a broken connection or the end of the time. Closes a body it does not read to its
 * end.
 */
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
      // What has come is enough for its purpose.
      end() {
        clearTimeout(timer)
        resolve(Buffer.concat(chunks).toString('utf8', 0, maxBytes))
      },
    })
  })
}
