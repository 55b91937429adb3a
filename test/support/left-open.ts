import { setTimeout as delay } from 'node:timers/promises'

/** How long resources may take to close, on a machine that is busy with other things. */
const patienceMs = 10_000

/**
 * Notes what keeps this process alive now; the function it answers lists what does so in addition, by its kind: a
 * socket, a timer, a child process. It waits for resources that are being closed.
 */
export function openedSince(): () => Promise<string[]> {
  const before = counted()
  return async () => {
    const since = performance.now()
    let left = added(before)
    while (left.length > 0 && performance.now() - since < patienceMs) {
      await delay(5)
      left = added(before)
    }
    return left
  }
}

function added(before: ReadonlyMap<string, number>): string[] {
  return [...counted()].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0)
    return more > 0 ? [`${more} ${kind}`] : []
  })
}

function counted(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}
