import { Type } from 'typebox'
import { validate as isUuid } from 'uuid'
import { Problem } from '../../base/problem.ts'
import { type TaskStatus, taskStatuses } from '../task.ts'

/** Items of a page. */
export const maxPageItems = 100

/** The query of every list: `cursor` is the `nextCursor` of the page before. */
export const ListQuery = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: 100, description: 'nextCursor of the page before.' })),
  limit: Type.Integer({ minimum: 1, maximum: maxPageItems, default: 20 }),
})

/** The query of a list of tasks, or of the contents of tasks of one kind. */
export const TaskListQuery = Type.Object({
  status: Type.Optional(
    Type.String({ maxLength: 100, description: `One or several, with commas: ${taskStatuses.join(', ')}.` }),
  ),
  ...ListQuery.properties,
})

/** `cursorOf` with the states that are asked for. @throws Problem `invalid-cursor`, `invalid-request` */
export function taskFilterOf({ status, ...page }: { status?: string; cursor?: string; limit: number }): {
  status?: readonly TaskStatus[]
  before?: string
  limit: number
} {
  return { status: status === undefined ? undefined : statusesIn(status), ...cursorOf(page) }
}

function statusesIn(text: string): TaskStatus[] {
  return text.split(',').map(name => {
    const status = taskStatuses.find(known => known === name.trim())
    if (status) return status
    throw new Problem({
      status: 400,
      code: 'invalid-request',
      title: 'Invalid request',
      detail: `status must be one or several of ${taskStatuses.join(', ')}, with commas between them.`,
    })
  })
}

/** Asks the database for one item more than the page has: that one shows that there is another page. */
export function cursorOf({ cursor, limit }: { cursor?: string; limit: number }): { before?: string; limit: number } {
  if (cursor !== undefined && !isUuid(cursor)) throw invalidCursor()
  return { before: cursor, limit: limit + 1 }
}

/** The page of a list whose cursor is the id of its last item. */
export function pageOf<Item extends { id: string }>(
  items: readonly Item[],
  { limit }: { limit: number },
): { items: Item[]; nextCursor: string | null } {
  const page = items.slice(0, limit)
  return { items: page, nextCursor: items.length > limit ? (page.at(-1)?.id ?? null) : null }
}

export function invalidCursor(): Problem {
  return new Problem({
    status: 400,
    code: 'invalid-cursor',
    title: 'Invalid cursor',
    detail: 'The cursor is not one that this list gave out; omit it to begin with the newest.',
  })
}
