import { setTimeout as delay } from 'node:timers/promises'

/** Waits for work that never rejects, for at most `ms`. */
export async function settleWithin(ms: number, work: Iterable<Promise<void>>): Promise<void> {
  const timer = new AbortController()
  await Promise.race([Promise.all(work), delay(ms, undefined, { signal: timer.signal }).catch(() => {})])
  timer.abort()
}
