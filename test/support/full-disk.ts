import { rmSync, writeFileSync } from 'node:fs'
import type { Test } from 'tap'
import { temporaryFolder } from './conch.ts'

export interface Disk {
  /** From now on the embedded database finds no room for what it writes. */
  fill(): void
  free(): void
}

/**
 * The disk of the embedded database that `start` opens, in a thread of this process: while it is full, Node reports ENOSPC to
 * PGlite (see `full-disk-hook.ts`).
 */
export async function smallDisk<Started>(
  t: Test,
  start: () => Promise<Started>,
): Promise<{ disk: Disk; started: Started }> {
  const mark = `${await temporaryFolder(t)}/full`
  const { NODE_OPTIONS } = process.env
  // A thread reads them when it starts.
  process.env.NODE_OPTIONS = `${NODE_OPTIONS ?? ''} --import=${new URL('./full-disk-hook.ts', import.meta.url).href}`
  process.env.CONCH_TEST_FULL_DISK = mark
  try {
    const started = await start()
    const free = () => rmSync(mark, { force: true })
    t.teardown(free)
    return { disk: { fill: () => writeFileSync(mark, ''), free }, started }
  } finally {
    if (NODE_OPTIONS === undefined) delete process.env.NODE_OPTIONS
    else process.env.NODE_OPTIONS = NODE_OPTIONS
    delete process.env.CONCH_TEST_FULL_DISK
  }
}
