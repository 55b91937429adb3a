import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyReply } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { SseStream, type Timers } from '../../sse/sse-stream.ts'
import { tooManyTaskStreams } from '../errors.ts'
import type { EventLog, ResetReason } from '../log/event-log.ts'
import { EventStream } from '../log/event-stream.ts'

/** Headers of every event stream. */
export const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  // no-transform keeps compressing proxies from collecting events.
  'cache-control': 'private, no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-vercel-ai-ui-message-stream': 'v1',
}

/**
 * Lets event streams write to their responses past Fastify, which would keep some KB for each as long as its client
 * stays. Must be registered after every plugin that sets headers when an answer is sent.
 */
export const eventReplies = fastifyPlugin(
  async app => {
    app.addHook('onSend', (_request, reply, payload, next) => {
      if (!(payload instanceof SseStream)) {
        next()
        return
      }
      reply.hijack()
      payload.open(reply.raw, reply.getHeaders() as OutgoingHttpHeaders)
    })
  },
  { name: 'event-replies' },
)

/**
 * Task streams that one owner may have open in this process, over all tasks. A browser opens a few; a page that shows a
 * class its records opens some dozens.
 */
export const maxTaskStreams = 100

/** The event streams that are open in this process. */
export class EventReplies {
  readonly #open = new Set<SseStream>()
  /** Number of open task streams, by owner. */
  readonly #taskStreams = new Map<string, number>()
  readonly timers: Timers

  constructor(timers: Timers = globalThis as Timers) {
    this.timers = timers
  }

  get size(): number {
    return this.#open.size
  }

  /**
   * Answers with the events after `cursor`, then with what is appended; with 204 when the log has ended and `cursor` is
   * at its end.
   *
   * Must run in the same turn of the event loop in which `log` was found.
   *
   * @throws Problem `too-many-streams`
   */
  send(reply: FastifyReply, log: EventLog, cursor: string | undefined): FastifyReply {
    const located = log.locate(cursor)
    if (located.kind === 'ended') return reply.code(204).send()
    const { taskId } = log
    // At info, to answer a user's question: why did my text begin again?
    const onReset = (reason: ResetReason) =>
      reply.log.info({ taskId, reason }, 'stream reset: what its reader had is void')
    return this.openFollowing(reply, 1, () => new EventStream(log, located, { timers: this.timers, onReset }))
  }

  /** Whether this owner may have one more stream of a task, or so many. */
  hasRoomFor(ownerId: string, more = 1): boolean {
    return (this.#taskStreams.get(ownerId) ?? 0) + more <= maxTaskStreams
  }

  /**
   * Answers so that the client comes back in a few seconds: for faults that pass. After any status but 200 an
   * EventSource gives up for good.
   *
   * @throws Problem `too-many-streams`
   */
  breakOff(reply: FastifyReply): FastifyReply {
    return this.openFollowing(reply, 1, () => new BrokenOffStream({ timers: this.timers }))
  }

  /**
   * Answers with a stream that `destroyAll` drops when the server stops. Needs the plugin `eventReplies`.
   *
   * @param onClose called when it closes, for any reason
   */
  open(reply: FastifyReply, stream: SseStream, onClose?: () => void): FastifyReply {
    this.#open.add(stream)
    stream.onClose = () => {
      this.#open.delete(stream)
      onClose?.()
      const { headersSent, writableFinished } = reply.raw
      if (headersSent && !writableFinished) reply.log.info({ res: reply }, 'stream closed prematurely')
    }
    return reply.headers(eventStreamHeaders).send(stream)
  }

  /**
   * `open` for a stream that follows so many tasks: each of them counts.
   *
   * @throws Problem `too-many-streams`, and what `stream` throws
   */
  openFollowing(reply: FastifyReply, tasks: number, stream: () => SseStream): FastifyReply {
    const { ownerId } = reply.request
    if (tasks > 0 && !this.hasRoomFor(ownerId, tasks)) throw tooManyTaskStreams(maxTaskStreams)
    const made = stream()
    const counts = this.#taskStreams
    if (tasks > 0) counts.set(ownerId, (counts.get(ownerId) ?? 0) + tasks)
    return this.open(reply, made, () => {
      const left = (counts.get(ownerId) ?? 0) - tasks
      if (left > 0) counts.set(ownerId, left)
      else counts.delete(ownerId)
    })
  }

  /** Drops every client in the middle of its stream, so that it comes back with its cursor. */
  destroyAll(): void {
    for (const stream of this.#open) stream.breakOff()
  }
}

/** Whether a request asks for the event stream itself: its `Accept` names the type, `*`/`*` is not enough. */
export function wantsEventStream(accept: string | undefined): boolean {
  return accept !== undefined && /(^|,)\s*text\/event-stream\s*(;|,|$)/i.test(accept)
}

/** A stream that sends a retry delay and breaks off. It does not end: an end would mean that nothing more comes. */
class BrokenOffStream extends SseStream {
  protected override leave(): void {}

  protected override pump(): void {
    this.breakOff()
  }
}
