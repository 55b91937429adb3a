/**
 * Messages of Postgres' protocol, version 3: a byte for the type, four for the length (they count themselves, not the type), and
 * the body. https://www.postgresql.org/docs/17/protocol-message-formats.html
 */
export interface Frame {
  type: string
  /** All bytes of it. */
  bytes: Buffer
}

const headerBytes = 5

/** What is sent to a server for one statement: all up to a Sync, or a simple Query. */
export class BatchReader {
  #rest: Buffer = Buffer.alloc(0)
  #frames: Frame[] = []

  /** Adds bytes, cut anywhere, and returns the batches that they complete. */
  add(bytes: Uint8Array): Frame[][] {
    const more = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, more]) : more
    const batches: Frame[][] = []
    let at = 0
    while (all.length - at >= headerBytes) {
      const length = 1 + all.readUInt32BE(at + 1)
      if (all.length - at < length) break
      const frame = { type: String.fromCharCode(all[at] as number), bytes: all.subarray(at, at + length) }
      at += length
      this.#frames.push(frame)
      if (frame.type !== 'S' && frame.type !== 'Q') continue
      batches.push(this.#frames)
      this.#frames = []
    }
    this.#rest = all.subarray(at)
    return batches
  }
}

/** A message with this body. */
export function frame(type: string, ...body: Uint8Array[]): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.write(type, 'latin1')
  header.writeUInt32BE(
    body.reduce((sum, { length }) => sum + length, 4),
    1,
  )
  return Buffer.concat([header, ...body])
}

/** A string of the protocol: it ends with a zero byte. */
export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

/** The strings at the beginning of a message's body, and what follows them. */
export function strings({ bytes }: Frame, count: number): { values: string[]; rest: Buffer } {
  const values: string[] = []
  let at = headerBytes
  while (values.length < count) {
    const end = bytes.indexOf(0, at)
    values.push(bytes.toString('utf8', at, end))
    at = end + 1
  }
  return { values, rest: bytes.subarray(at) }
}
