import type { Queries } from '../db/client.ts'
import type { TracedEvent } from '../domain-events/domain-events.ts'
import type { TaskOfKind } from '../tasks/store/of-kind.ts'

export const libraryKinds = ['record', 'review', 'quiz', 'conversation'] as const
export type LibraryKind = (typeof libraryKinds)[number]

/** The events after which an entry may have to be written anew. */
export const libraryEvents = ['task.ended', 'record.confirmed'] as const
export type LibraryEvent = TracedEvent<(typeof libraryEvents)[number]>

/** What a feature tells the library of one thing of its own, as it is now. */
export interface LibraryDocument {
  readonly id: string
  readonly ownerId: string
  /**
   * A task without which the thing, or what the entry shows of it, is gone: removing it removes the entry in the same
   * transaction.
   */
  readonly anchorTaskId: string
  readonly status: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly title: string | undefined
  /** Of what the beginning is shown. */
  readonly preview: string
  /** What it consists of; is searched, and measured. */
  readonly contents: readonly string[]
  /** What is searched besides. */
  readonly about: readonly string[]
  /** Of versions, questions, messages. */
  readonly count: number
  /** Something of it can no longer be read: it is left out of the texts above, so a search cannot tell whether it has a word. */
  readonly damaged: boolean
}

/** What a feature says of something that a task wrote; the rest its task says. */
export type WrittenDocument = Pick<LibraryDocument, 'title' | 'preview' | 'contents' | 'about' | 'count' | 'damaged'> &
  Partial<Pick<LibraryDocument, 'status' | 'updatedAt'>>

/**
 * A source of what tasks of one kind write: each of them is one thing, with its task's id, from the moment it is accepted
 * and whatever becomes of it.
 */
export interface TaskLibrary<Input> {
  readonly kind: Exclude<LibraryKind, 'conversation'>
  /** Of all of them at once, by id. */
  read(tx: Queries, written: readonly TaskOfKind<Input>[]): Promise<Map<string, WrittenDocument>>
}

/** Where entries of one kind come from: the tables of a feature. Each feature has one in its `library.ts`. */
export interface LibrarySource {
  readonly kind: LibraryKind
  /** Each task of this kind is one of its things, which has the task's id. */
  readonly ofTasks?: boolean
  /** The id of the thing that the event may have changed; none if it is of another kind, or gone. */
  touchedBy(queries: Queries, event: LibraryEvent): Promise<string | undefined>
  /** Keeps those of them that are there from being removed until the transaction ends. Takes locks in one order. */
  hold(tx: Queries, ids: readonly string[]): Promise<void>
  /** Those of them that are there, in any order. */
  read(tx: Queries, ids: readonly string[]): Promise<LibraryDocument[]>
  /** Ids of all things of all owners that have an entry, in their order, `limit` at a time; `after` is the last one of the page before. */
  ids(queries: Queries, after: string | undefined, limit: number): Promise<string[]>
}
