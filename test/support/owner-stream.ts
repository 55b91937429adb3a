import type { Transcript } from './transcript.ts'
import type { Visitor, Watcher } from './visitor.ts'

export interface NotificationBody {
  id: string
  kind: string
  taskId: string
  taskKind: string
  conversationId?: string
  createdAt: string
  readAt: string | null
  label: string | null
  title: string
  body: string
  path: string
}

export interface Listed {
  items: NotificationBody[]
  nextCursor: string | null
  unread: number
}

export async function listed(visitor: Visitor): Promise<Listed> {
  return (await visitor.json<Listed>('GET', '/api/notifications')).body
}

/** The owner's own stream; once it resolves, it sees every later event. */
export async function followOwner(visitor: Visitor, cursor?: string): Promise<Watcher> {
  const watcher = await visitor.watch('/api/me/events', { cursor })
  await watcher.until(({ chunks }) => chunks.some(({ type }) => type === 'data-unread'))
  return watcher
}

/** The tasks that a stream has reported, each with its last state. */
export function statesIn({ chunks }: Transcript): Map<string, string> {
  return new Map(
    chunks.flatMap(({ type, id, data }) => (type === 'data-task' && id && data?.status ? [[id, data.status]] : [])),
  )
}

/** The tasks that a stream has notified of, in its order. */
export function notifiedIn({ chunks }: Transcript): string[] {
  return chunks.flatMap(({ type, data }) => {
    const { taskId } = (data ?? {}) as { taskId?: string }
    return type === 'data-notification' && taskId ? [taskId] : []
  })
}

/** The number of unread notifications that a stream has sent last. */
export function unreadIn({ chunks }: Transcript): number | undefined {
  const last = chunks.findLast(({ type }) => type === 'data-unread')
  return (last?.data as { unread?: number } | undefined)?.unread
}
