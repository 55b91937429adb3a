import { SseStream } from './sse-stream.ts'

/** A stream that says when to come back, and breaks off: never ended, which would say that there is nothing to come. */
export class BrokenOffStream extends SseStream {
  #greeted = false

  protected override leave(): void {}

  protected override pump(): void {
    if (this.#greeted) {
      // Not before what was said is on its way.
      setImmediate(() => this.destroy())
      return
    }
    this.#greeted = true
    this.greet()
  }
}
