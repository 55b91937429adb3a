import type { Test } from 'tap'

/** Runs a bench with a context that closes what it opened, the last first, also when it fails. */
export async function withContext(run: (context: Test) => Promise<void>): Promise<void> {
  const closers: (() => unknown)[] = []
  // The part of a test that the tests' helpers use.
  const context = { teardown: (closer: () => unknown) => void closers.unshift(closer) } as unknown as Test
  try {
    await run(context)
  } finally {
    for (const close of closers) await close()
  }
}
