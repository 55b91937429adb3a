/**
 * Groups items in the order of their time by day, by the reader's clock.
 *
 * @template {{ createdAt: string }} Item
 * @param {readonly Item[]} items
 * @returns {{ createdAt: string, items: Item[] }[]} with the time of its first item
 */
export function byDay(items) {
  /** @type {{ createdAt: string, items: Item[] }[]} */
  const days = []
  for (const item of items) {
    const last = days.at(-1)
    if (last && dayOf(last) === dayOf(item)) last.items.push(item)
    else days.push({ createdAt: item.createdAt, items: [item] })
  }
  return days
}

/** @param {{ createdAt: string }} item */
const dayOf = ({ createdAt }) => new Date(createdAt).toDateString()
