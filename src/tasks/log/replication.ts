import type { EventLog } from './event-log.ts'

/**
 * Copies the logs of running tasks to the other instances, and carries signals between instances. A port: without it an
 * instance streams only the tasks it runs, and learns of the rest from the database.
 *
 * Nothing here is the source of truth. Lost messages are read again, and the end of a task is in the database.
 */
export interface Replication {
  /** Copies the events of this attempt in `log` to the others, from the first one on. Never waits, and never throws. */
  publish(log: EventLog, attempt: number): Publication
  /**
   * Keeps `mirror` up to date with the task's log, wherever that is written: continuously while it `listen`s, otherwise
   * when `sync` is called. One per task at a time.
   */
  follow(mirror: EventLog, from: FollowFrom): Following
  /** The task was deleted: removes its log and stops publishing it. Never waits or throws. */
  remove(taskId: string): void
  /**
   * Reads the events that others have of the task's last attempt into an empty `mirror`. Rejects when they cannot be
   * read now.
   */
  read(mirror: EventLog): Promise<void>
  readonly signals: Signals
  /** Whether the other instances can be reached now. */
  readonly connected: boolean
  /** Idempotent; afterwards nothing is sent or followed. */
  close(): Promise<void>
}

/** A log that is being copied to other instances. */
export interface Publication {
  /** Instances that listened when its newest event was sent. */
  readonly followers: number
  /** Nothing more will be appended. Events not yet sent are still sent, unless that takes too long. */
  end(): void
}

/** The database's position of a followed task. */
export interface FollowFrom {
  /**
   * The last attempt whose events are void: 2 for a task whose attempt 3 runs, also 2 for one that waits for its
   * attempt 3 again, 0 for a new one.
   */
  voidAttempt: number
  /** Whether the attempt after it has begun, so that its events should be there. */
  running: boolean
}

/** A log that is copied from another instance. */
export interface Following {
  /** When a message of it last came, by `performance.now()`. */
  readonly heardAt: number
  /**
   * Reads the missing events. Resolves when all existing ones are here, or when they cannot be read now; never rejects.
   */
  sync(): Promise<void>
  /**
   * Subscribes to new events and reads the missing ones, or unsubscribes. For a log with readers: followers are counted
   * by it.
   */
  listen(listening: boolean): void
  stop(): void
}

/** Messages between instances. They may be lost, so every instance also asks the database from time to time. */
export interface Signals {
  /** The rows of a task have changed: instances that run or follow it read them. */
  changed(taskId: string): void
  /** Asks the instance that runs a task to do something; `undefined` when none answers in time. */
  ask(question: Question): Promise<Answer | undefined>
  /** Sets the listener for messages of other instances. */
  listen(listener: SignalListener): void
}

export interface SignalListener {
  changed(taskId: string): void
  /** `undefined`: the task does not run here. Must not reject. */
  asked(question: Question): Promise<Answer | undefined>
}

/** Asks to write an output of a running task again. */
export interface Question {
  taskId: string
  ownerId: string
  retryOutput: number
}

/** Done, or the reason why not: the parts of a `Problem`. */
export type Answer =
  | { done: true }
  | { done: false; problem: { status: number; code: string; title: string; detail: string } }
