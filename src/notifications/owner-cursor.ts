import { type Feed, maxKept } from './store.ts'

/** The position of a reader in an owner's stream. */
export interface OwnerCursor {
  /** The seq of the last notification it was sent. */
  seq: number
  /** The time up to which it was sent the states of its tasks, in ms since 1970. */
  at: number
}

/** Allows for the difference between the clocks of database and processes, and for commits after their time was set. */
export const clockMarginMs = 60_000

export function formatCursor({ seq, at }: OwnerCursor): string {
  return `${seq}-${at}`
}

/** `undefined` for a cursor that this server has not issued, or issued so long ago that what came since is no longer stored. */
export function readCursor(text: string, { lastSeq }: Feed, now = Date.now()): OwnerCursor | undefined {
  const [, seq, at] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? []
  if (seq === undefined || at === undefined) return undefined
  const cursor = { seq: Number(seq), at: Number(at) }
  if (cursor.seq > lastSeq || cursor.seq < lastSeq - maxKept || cursor.at > now + clockMarginMs) return undefined
  return cursor
}
