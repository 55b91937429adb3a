import { SseStream } from '../../sse/sse-stream.ts'

/** A stream that sends a retry delay and breaks off. It does not end: an end would mean that nothing more comes. */
export class BrokenOffStream extends SseStream {
  protected override leave(): void {}

  protected override pump(): void {
    this.breakOff()
  }
}
