import { type SharedFrame, type SseOptions, SseStream } from '../sse/sse-stream.ts'

/** One operator's stream. It holds one frame at most: for a client that reads slowly, a newer frame replaces it. */
export class OverviewStream extends SseStream {
  readonly #onLeave: () => void
  #next: SharedFrame | undefined

  /** @param onLeave called once, when it takes no more frames */
  constructor(onLeave: () => void, options?: SseOptions) {
    super(options)
    this.#onLeave = onLeave
  }

  offer(frame: SharedFrame): void {
    this.#next = frame
    this.pump()
  }

  protected override pump(): void {
    if (!this.#next || !this.wanted) return
    const frame = this.#next
    this.#next = undefined
    this.send(frame)
  }

  protected override leave(): void {
    this.#next = undefined
    this.#onLeave()
  }
}
