import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/**
 * Runs as a process of its own: see `Sweeper`. Its standard input closes when the process that started it has ended.
 */
const pids = new Set<number>()
const folders = new Set<string>()

for await (const line of createInterface({ input: process.stdin })) {
  const { began, ended, folder } = JSON.parse(line) as { began?: number; ended?: number; folder?: string }
  if (began !== undefined) pids.add(began)
  if (ended !== undefined) pids.delete(ended)
  if (folder !== undefined) folders.add(folder)
}

for (const pid of pids) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended just now.
  }
}
for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
