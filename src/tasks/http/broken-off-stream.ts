import { SseStream } from '../../sse/sse-stream.ts'

/** A stream that says when to come back, and breaks off: never ended, which would say that there is nothing to come. */
export class BrokenOffStream extends SseStream {
  protected override leave(): void {}

  protected override pump(): void {
    this.breakOff()
  }
}
