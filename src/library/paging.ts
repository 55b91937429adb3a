import { validate as isUuid } from 'uuid'
import { invalidCursor } from '../tasks/http/paging.ts'
import type { LibraryCursor } from './store.ts'

/** Entries move to the top when they change, so a cursor holds the time as well: `<milliseconds>~<id>`. */
export function formatCursor({ updatedAt, id }: LibraryCursor): string {
  return `${updatedAt.getTime()}~${id}`
}

/** @throws Problem `invalid-cursor` */
export function parseCursor(text: string): LibraryCursor {
  const [time = '', id = '', ...rest] = text.split('~')
  // 14 digits reach the year 5138; the database writes years of more than four digits in another notation.
  if (!/^\d{1,14}$/.test(time) || !isUuid(id) || rest.length > 0) throw invalidCursor()
  return { updatedAt: new Date(Number(time)), id }
}
