import { setTimeout as delay } from 'node:timers/promises'
import { NoAnswer } from './prompt-visitor.ts'
import { Transcript } from './transcript.ts'
import type { Visitor } from './visitor.ts'

/** Less than any server asks for: tests are in a hurry. */
const reconnectMs = 100

/**
 * Follows a task as an EventSource does: comes back with its cursor whenever it is cut off or gets no answer, and not
 * after a 204. Resolves with the transcript at the end.
 *
 * @param visitor makes the request, chosen again for each connection, as by a load balancer
 * @throws when it is answered with anything but an event stream: an EventSource would give up for good
 */
export async function follow(
  visitor: () => Visitor,
  taskId: string,
  transcript = new Transcript(),
): Promise<Transcript> {
  for (;;) {
    const path = `/api/tasks/${taskId}/events`
    const watcher = await visitor()
      .watch(path, { cursor: transcript.lastId, transcript })
      .catch(fault => {
        if (fault instanceof NoAnswer) throw fault
        return undefined
      })
    if (watcher) {
      await watcher.ended
      const { status } = watcher.response
      if (transcript.done || status === 204) return transcript
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${watcher.raw}`)
    }
    await delay(reconnectMs)
  }
}
