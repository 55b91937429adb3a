import type { Queries } from '../db/client.ts'
import type { TracedEvent } from '../domain-events/domain-events.ts'
import type { TaskOfKind } from '../tasks/store/of-kind.ts'

export const libraryKinds = ['record', 'review', 'quiz', 'conversation'] as const
export type LibraryKind = (typeof libraryKinds)[number]

/** The events after which an entry may have to be written again. */
export const libraryEvents = ['task.ended', 'record.confirmed'] as const
export type LibraryEvent = TracedEvent<(typeof libraryEvents)[number]>

/** What a feature passes to the library about one of its things, as it is now. */
export interface LibraryDocument {
  readonly id: string
  readonly ownerId: string
  /**
   * A task without which the thing, or what the entry shows of it, does not exist: removing the task removes the entry in the
   * same transaction.
   */
  readonly anchorTaskId: string
  readonly status: string
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly title: string | undefined
  /** The entry shows its beginning. */
  readonly preview: string
  /** The texts that are searched and measured. */
  readonly contents: readonly string[]
  /** Other texts that are searched. */
  readonly about: readonly string[]
  /** The number of versions, questions or messages. */
  readonly count: number
  /** Part of it can no longer be read and is left out of the texts above, so a search cannot rule out that it has a word. */
  readonly damaged: boolean
}

/** The part of a document that the feature knows; the rest comes from the task. */
export type WrittenDocument = Pick<LibraryDocument, 'title' | 'preview' | 'contents' | 'about' | 'count' | 'damaged'> &
  Partial<Pick<LibraryDocument, 'status' | 'updatedAt'>>

/**
 * A source made of the tasks of one kind: each task is one thing, with the task's id, from the moment it is accepted
 * and however it ends.
 */
export interface TaskLibrary<Input> {
  readonly kind: Exclude<LibraryKind, 'conversation'>
  /** Reads all of them at once, by id. */
  read(tx: Queries, written: readonly TaskOfKind<Input>[]): Promise<Map<string, WrittenDocument>>
}

/** The source of the entries of one kind: the tables of a feature. Each feature has one in its `library.ts`. */
export interface LibrarySource {
  readonly kind: LibraryKind
  /** Each task of this kind is one of its things, with the task's id. */
  readonly ofTasks?: boolean
  /** The id of the thing that the event may have changed; undefined if it is of another kind, or deleted. */
  touchedBy(queries: Queries, event: LibraryEvent): Promise<string | undefined>
  /** Keeps those of them that exist from being removed until the transaction ends. Takes locks in one order. */
  hold(tx: Queries, ids: readonly string[]): Promise<void>
  /** Those of them that exist, in any order. */
  read(tx: Queries, ids: readonly string[]): Promise<LibraryDocument[]>
  /** Ids of all things of all owners that have an entry, in their order, `limit` at a time; `after` is the last one of the page before. */
  ids(queries: Queries, after: string | undefined, limit: number): Promise<string[]>
}
