import { setTimeout as delay } from 'node:timers/promises'

/**
 * Between two checks of a state that sends no signal when it changes, such as a row or an answer of the server. Short
 * enough not to be noticed, and long enough that the awaited process gets the processor meanwhile: checking without a
 * pause took half of the time of some suites.
 */
export function briefly(): Promise<void> {
  return delay(10)
}
