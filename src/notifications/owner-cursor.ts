import { type Feed, maxKept } from './store.ts'

/** Where a reader of an owner's stream is. */
export interface OwnerCursor {
  /** Of the last notification it has been sent. */
  seq: number
  /** Until when it has been told of its tasks, in ms since 1970. */
  at: number
}

/** What the clocks of the database and of the processes may differ by, and a commit may take after its time was set. */
export const clockMarginMs = 60_000

export function formatCursor({ seq, at }: OwnerCursor): string {
  return `${seq}-${at}`
}

/** `undefined` for what this server has not given out, or so long ago that what came since is not kept any more. */
export function readCursor(text: string, { lastSeq }: Feed, now = Date.now()): OwnerCursor | undefined {
  const [, seq, at] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? []
  if (seq === undefined || at === undefined) return undefined
  const cursor = { seq: Number(seq), at: Number(at) }
  if (cursor.seq > lastSeq || cursor.seq < lastSeq - maxKept || cursor.at > now + clockMarginMs) return undefined
  return cursor
}
