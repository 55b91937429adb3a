import type { EventLog } from './event-log.ts'

/**
 * How the logs of running tasks reach the other instances, and how instances tell each other that there is something to
 * look at. A port: without it an instance streams what it runs itself, and learns of the rest from the database.
 *
 * Nothing here is the truth. What is lost on the way is read again, and how a task ended is in the database.
 */
export interface Replication {
  /** Copies what `log` gets in this attempt to the others, from its first event on. Never waits, and never throws. */
  publish(log: EventLog, attempt: number): Publication
  /**
   * Keeps `mirror` like the task's log, wherever that is written, while it `listen`s; else `sync` does. One per task at a
   * time.
   */
  follow(mirror: EventLog, from: FollowFrom): Following
  /** The task has gone: nothing of its log stays, and what is published of it here is no more. Never waits or throws. */
  remove(taskId: string): void
  /** What others may have of the task's last attempt, into an empty `mirror`. Rejects when it cannot be had now. */
  read(mirror: EventLog): Promise<void>
  readonly signals: Signals
  /** Whether the others can be reached now. */
  readonly connected: boolean
  /** Idempotent; nothing is sent or followed afterwards. */
  close(): Promise<void>
}

/** A log on its way to other instances. */
export interface Publication {
  /** Instances that listened when its newest event was sent. */
  readonly followers: number
  /** Nothing more will be appended. What has not been sent is, unless that takes too long. */
  end(): void
}

/** What the database says of a task that is followed. */
export interface FollowFrom {
  /**
   * The last attempt whose events are void: of a task whose attempt 3 runs it is 2, of one that waits for its attempt 3 again
   * 2, of a new one 0.
   */
  voidAttempt: number
  /** Whether the attempt after it has begun, so that its events should be there. */
  running: boolean
}

/** A log that comes from another instance. */
export interface Following {
  /** When something was last heard of it, by `performance.now()`. */
  readonly heardAt: number
  /** Reads what is missing. Resolves when all is here that there was, or when it cannot be had now; never rejects. */
  sync(): Promise<void>
  /** Takes what comes from now on, and what is missing, or no longer does. For a log with readers: they are counted by it. */
  listen(listening: boolean): void
  stop(): void
}

/** Words between instances. They may be lost: whoever listens also looks from time to time. */
export interface Signals {
  /** The rows of a task have changed: whoever runs or follows it should look. */
  changed(taskId: string): void
  /** Asks whoever runs a task to do something; `undefined` when nobody answers in time. */
  ask(question: Question): Promise<Answer | undefined>
  /** Sets what is done with what the others say. */
  listen(listener: SignalListener): void
}

export interface SignalListener {
  changed(taskId: string): void
  /** `undefined`: it is not for us. Must not reject. */
  asked(question: Question): Promise<Answer | undefined>
}

/** An output of a running task is to be written anew. */
export interface Question {
  taskId: string
  ownerId: string
  retryOutput: number
}

/** Done, or why not: what a `Problem` is made of. */
export type Answer =
  | { done: true }
  | { done: false; problem: { status: number; code: string; title: string; detail: string } }
