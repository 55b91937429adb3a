import type { Test } from 'tap'

/** The wall clock of this process, and of the embedded databases in it, until the test ends; others go on as they do. */
export function settableClock(t: Test) {
  const real = Date.now
  let offsetMs = 0
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [real() + offsetMs] : given) as [number]))
    }
    static override now = () => real() + offsetMs
  } as DateConstructor
  t.teardown(() => {
    globalThis.Date = RealDate
  })
  return { set: (ms: number) => (offsetMs = ms) }
}
