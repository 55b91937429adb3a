import { Readable } from 'node:stream'

/** A client that has not read so many frames, one every two seconds, is dropped. */
const maxUnread = 15

/**
 * The bytes of one operator's stream. It holds one frame at most: for a client that reads slowly, a newer one replaces it.
 *
 * It never ends; it is destroyed, so that the client knows to come back.
 */
export class OverviewStream extends Readable {
  #head: string
  #next: Buffer | undefined
  #wanted = false
  #unread = 0

  constructor(retryMs = 1000 + Math.round(Math.random() * 2000)) {
    super({ highWaterMark: 1 })
    this.#head = `: open\nretry: ${retryMs}\n\n`
  }

  offer(frame: Buffer): void {
    if (this.destroyed) return
    if (this.#wanted) this.#send(frame)
    else if (++this.#unread >= maxUnread) this.destroy()
    else this.#next = frame
  }

  override _read(): void {
    this.#wanted = true
    this.#unread = 0
    if (this.#head) {
      this.#wanted = false
      const head = this.#head
      this.#head = ''
      this.push(head)
    } else if (this.#next) this.#send(this.#next)
  }

  #send(bytes: Buffer): void {
    this.#wanted = false
    this.#next = undefined
    this.push(bytes)
  }
}
