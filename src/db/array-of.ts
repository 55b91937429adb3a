import { type SQL, sql } from 'drizzle-orm'

/**
 * One parameter for all items, so that their number does not change the statement. `type` is the SQL type of one item.
 */
export function arrayOf<Item>(type: string, items: readonly Item[], of: (item: Item) => unknown): SQL {
  return sql`${sql.param(items.map(of))}::${sql.raw(type)}[]`
}
