/** The names of Conch's keys and channels in Redis. */
export interface Keys {
  /**
   * A task's log, and the channel on which its events are published. The braces keep a task's keys in one slot of a
   * cluster.
   */
  log(taskId: string): string
  /** The channel for signals between instances. */
  readonly signals: string
}

/** @param prefix separates the instances of one Conch from those of another on the same Redis */
export function keysOf(prefix: string): Keys {
  return { log: taskId => `${prefix}:{${taskId}}:log`, signals: `${prefix}:signals` }
}
