/** The names of what Conch has in Redis. */
export interface Keys {
  /** Of a task's log and of the channel that tells of its events. The braces keep a task's in one slot of a cluster. */
  log(taskId: string): string
  /** The channel on which instances speak to each other. */
  readonly signals: string
}

/** @param prefix tells the instances of one Conch from those of another that uses the same Redis */
export function keysOf(prefix: string): Keys {
  return { log: taskId => `${prefix}:{${taskId}}:log`, signals: `${prefix}:signals` }
}
