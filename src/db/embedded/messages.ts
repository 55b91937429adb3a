import type { Worker } from 'node:worker_threads'

/** What the thread is started with. */
export interface ThreadSettings {
  /** The folder of the database; in memory without one. */
  folder: string | undefined
  startParams: readonly string[]
  /** PGlite as an earlier thread of this process has compiled it. */
  compiled: WebAssembly.Module | undefined
}

/** To the thread: bytes of the protocol on a connection, the end of a connection, or of the database. */
export type ToThread = [connection: number, bytes: Uint8Array] | [connection: number] | 'close'

/** From the thread: it is open, and what PGlite was compiled to; it could not be opened, or the answer to what came on a connection. */
export type FromThread =
  | { compiled: WebAssembly.Module }
  | { fault: Pick<NodeJS.ErrnoException, 'message' | 'stack' | 'code' | 'syscall'> }
  | [connection: number, bytes: Uint8Array]

/** The bytes of all chunks in a buffer that no other value shares, so that it can be given away to another thread. */
export function ownBytes(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** Gives the bytes away, instead of copying them. */
export function send(worker: Pick<Worker, 'postMessage'>, connection: number, chunks: readonly Uint8Array[]): void {
  const bytes = ownBytes(chunks)
  worker.postMessage([connection, bytes] satisfies ToThread & FromThread, [bytes.buffer])
}
