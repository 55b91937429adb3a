import fs from 'node:fs'
import type { Test } from 'tap'

/**
 * Keeps this process from writing to any file, as on a full disk, until `free` is called; its output goes on. The
 * embedded database sees the same: Node reports ENOSPC to it.
 */
export function fillDisk(t: Test): { free(): void } {
  const { writeSync } = fs
  const free = () => {
    fs.writeSync = writeSync
  }
  t.teardown(free)
  fs.writeSync = ((fd: number, ...rest: [string]) => {
    if (fd <= 2) return writeSync(fd, ...rest)
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
  }) as typeof fs.writeSync
  return { free }
}
