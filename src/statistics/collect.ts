import type { BatchHandler } from '../domain-events/handler.ts'
import { addStatistics } from './store.ts'
import { tally } from './tally.ts'

/** Bounds the statement: at most two rows for each end. */
const batchSize = 200

/**
 * Counts the ends of tasks. The counts of a batch are written in one statement, in the transaction that ends its jobs: each end
 * is counted once, whatever dies in between.
 */
export const collectStatistics: BatchHandler<'task.ended'> = {
  name: 'statistics',
  events: ['task.ended'],
  batchSize,
  async handleAll(events, { commit }) {
    const rows = tally(events.map(({ data }) => data))
    await commit(tx => addStatistics(tx, rows))
  },
}
