import type { SseStream } from '../../src/tasks/sse-stream.ts'

/** Resolves when it closes. */
export function closed(stream: SseStream): Promise<void> {
  return new Promise(resolve => {
    stream.onClose = resolve
  })
}
