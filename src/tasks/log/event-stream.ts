import { resetFrame, type SharedFrame, type SseOptions, SseStream, sharedFrame } from '../../sse/sse-stream.ts'
import type { Cursor } from './event.ts'
import type { EventLog, ResetReason } from './event-log.ts'
import type { LoggedEvent } from './segments.ts'

export interface EventStreamOptions extends SseOptions {
  /** Called when the reader is sent a reset: what it had is void. */
  onReset?(reason: ResetReason): void
}

/** Text taken from the log at once: bounds what one slow client can hold, at most 3 bytes per character. */
const maxCharsPerRead = 32_768

/**
 * The bytes of one client's SSE stream: a position over a log, and nothing else.
 *
 * Ends (`[DONE]`) only after a terminal event. In every other case (the client does not read, the log was abandoned,
 * the server stops) the stream is destroyed, so that the client comes back.
 */
export class EventStream extends SseStream {
  readonly #log: EventLog
  readonly #unsubscribe: () => void
  #position: Cursor
  #reset: ResetReason | undefined
  readonly #onReset: EventStreamOptions['onReset']

  /** @param position from `EventLog.locate`, with the reset it asks for */
  constructor(
    log: EventLog,
    { position, reset }: { position: Cursor; reset?: ResetReason },
    options: EventStreamOptions = {},
  ) {
    super(options)
    this.#onReset = options.onReset
    this.#log = log
    this.#position = position
    this.#reset = reset
    this.#unsubscribe = log.subscribe(() => this.pump())
  }

  protected override leave(): void {
    this.#unsubscribe()
  }

  protected override pump(): void {
    while (this.wanted) {
      if (this.#reset) {
        const reason = this.#reset
        this.#reset = undefined
        this.#sendReset(reason)
        continue
      }
      const read = this.#log.read(this.#position, maxCharsPerRead)
      switch (read.kind) {
        case 'events':
          this.#position = read.position
          if (read.events.length === 1) this.send(frame(read.events[0] as LoggedEvent))
          else if (read.events.length > 1) this.send(read.events.map(text).join(''))
          break
        case 'reset':
          this.#position = read.position
          this.#sendReset(read.reason)
          break
        case 'wait':
          return
        case 'ended':
          this.send('data: [DONE]\n\n')
          this.end()
          return
        case 'abandoned':
          this.breakOff()
          return
      }
    }
  }

  #sendReset(reason: ResetReason): void {
    this.#onReset?.(reason)
    this.send(resetFrame(reason))
  }
}

/** The frame of an event, made once for all clients that read it live. */
function frame(event: LoggedEvent): SharedFrame {
  event.frame ??= sharedFrame(text(event))
  return event.frame
}

function text({ id, data }: LoggedEvent): string {
  return `id: ${id}\ndata: ${data}\n\n`
}
