import type { Queries } from '../db/client.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { Turn } from './store.ts'

/** A message and its reply, as texts. */
export interface Exchange {
  user: string
  assistant: string
}

/**
 * The texts of turns. Those without a reply are left out: many models refuse two messages of the user in a row, and an
 * answer that never came is nothing to go on from.
 */
export async function exchangesOf(queries: Queries, tasks: TaskStore, turns: readonly Turn[]): Promise<Exchange[]> {
  const outputs = await tasks.outputsOf(
    queries,
    turns.map(({ id }) => id),
  )
  return turns.flatMap(({ id, content }) => {
    const reply = outputs.get(id)?.[0]?.text
    return reply ? [{ user: content, assistant: reply }] : []
  })
}
