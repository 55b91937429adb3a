import { setImmediate, setTimeout } from 'node:timers/promises'

/** Time as `paced` sees it. */
export interface Clock {
  /** Milliseconds from some fixed point; never goes back. */
  now(): number
  /** Resolves after `ms`, in any case after the events that are already waiting; rejects when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<unknown>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) => (ms > 0 ? setTimeout(ms, undefined, { signal }) : setImmediate(undefined, { signal })),
}

/**
 * Gives the items one by one, `perSecond` of them, each up to a third of an interval early or late.
 *
 * Each item has its time counted from the start, so a late timer or a slow reader costs nothing of the pace: what is
 * overdue follows at once. Ends without an error when the signal is aborted.
 */
export async function* paced<T>(
  items: Iterable<T>,
  {
    perSecond,
    signal,
    random,
    clock = systemClock,
  }: { perSecond: number; signal: AbortSignal; random: () => number; clock?: Clock },
): AsyncGenerator<T, void, undefined> {
  const intervalMs = 1000 / perSecond
  const startedAt = clock.now()
  let index = 0
  for (const item of items) {
    index += 1
    const dueAt = startedAt + (index + (random() - 0.5) * (2 / 3)) * intervalMs
    try {
      await clock.wait(Math.floor(Math.max(0, dueAt - clock.now())), signal)
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
    yield item
  }
}
