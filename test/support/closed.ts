import type { SseStream } from '../../src/sse/sse-stream.ts'

/** Resolves when it closes; at once, if it did. */
export function closed(stream: SseStream): Promise<void> {
  if (stream.destroyed) return Promise.resolve()
  const { onClose } = stream
  return new Promise(resolve => {
    stream.onClose = () => {
      onClose?.()
      resolve()
    }
  })
}
