import { setTimeout as delay } from 'node:timers/promises'

/**
 * Between two looks at what says nothing when it changes, such as a row or an answer of the server. Short enough not to be
 * noticed, and long enough that those who are waited for have the processor meanwhile: looking without a pause took half of
 * what some suites took.
 */
export function briefly(): Promise<void> {
  return delay(10)
}
