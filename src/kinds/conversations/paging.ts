import { validate as isUuid } from 'uuid'
import { invalidCursor } from '../../tasks/http/paging.ts'
import type { Conversation, ConversationCursor } from './store.ts'

/** Conversations move to the top when they are used, so a cursor holds the time as well: `<milliseconds>~<id>`. */
export function formatCursor({ usedAt, id }: Conversation): string {
  return `${usedAt.getTime()}~${id}`
}

/** @throws Problem `invalid-cursor` */
export function parseCursor(text: string): ConversationCursor {
  const [time = '', id = '', ...rest] = text.split('~')
  // 14 digits reach the year 5138; the database writes years of more than four digits in another notation.
  if (!/^\d{1,14}$/.test(time) || !isUuid(id) || rest.length > 0) throw invalidCursor()
  return { usedAt: new Date(Number(time)), id }
}
