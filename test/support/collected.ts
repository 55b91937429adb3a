import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The memory of this process after a garbage collection. */
export async function collected(): Promise<NodeJS.MemoryUsage> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  // Buffers are freed in the turn after the one that finds them unused.
  for (let time = 0; time < 3; time++) {
    collect()
    await setImmediate()
  }
  return process.memoryUsage()
}
