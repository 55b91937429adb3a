import type { Queries } from '../../db/client.ts'
import type { TaskStore } from '../../tasks/store/task-store.ts'
import type { Turn } from './store.ts'

/** A message and its reply, as texts. */
export interface Exchange {
  user: string
  assistant: string
}

/**
 * The texts of turns. Turns without a reply are left out: many models refuse two messages of the user in a row, and a
 * conversation cannot go on from an answer that never came. So are turns of which either text can no longer be read.
 */
export async function exchangesOf(queries: Queries, tasks: TaskStore, turns: readonly Turn[]): Promise<Exchange[]> {
  const outputs = await tasks.outputsOf(queries, turns)
  return turns.flatMap(({ id, content, damaged }) => {
    const reply = outputs.get(id)?.[0]?.text
    return reply && !damaged ? [{ user: content, assistant: reply }] : []
  })
}
