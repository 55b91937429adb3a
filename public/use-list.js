import { useEffect, useRef, useState } from './preact.js'

/**
 * A list of the server's, loaded page by page.
 *
 * `items` is undefined until the first page has come; `more` exists while there are more pages.
 *
 * @template {{ id: string }} Item
 * @param {(cursor?: string) => Promise<import('./api.js').List<Item>>} loadPage
 */
export function useList(loadPage) {
  const [items, setItems] = useState(/** @type {Item[] | undefined} */ (undefined))
  const [next, setNext] = useState(/** @type {string | undefined} */ (undefined))
  const [fault, setFault] = useState(/** @type {unknown} */ (undefined))

  const busy = useRef(false)
  const refreshes = useRef(0)
  /** The number of the refresh whose state is shown. */
  const shown = useRef(0)

  const load = async () => {
    // A page that is loaded twice would be there twice.
    if (busy.current) return
    busy.current = true
    setFault(undefined)
    try {
      const page = await loadPage(next)
      setItems((before = []) => [...without(before, page.items), ...page.items])
      setNext(page.nextCursor ?? undefined)
    } catch (error) {
      setFault(error)
    }
    busy.current = false
  }
  useEffect(() => void load(), [])

  return {
    items,
    fault,
    /** Loads the next page, or the one that failed. */
    load,
    more: next !== undefined,
    /** Puts the first page as it is now before the loaded items of the others. Throws what the API throws. */
    refresh: async () => {
      const asked = ++refreshes.current
      const page = await loadPage()
      // An older state, which came after a newer one.
      if (asked < shown.current) return
      shown.current = asked
      const ids = new Set(page.items.map(item => item.id))
      // A list of one page has no others: an item that is not in it any more was deleted.
      const others = (/** @type {Item[]} */ before) => (page.nextCursor ? before.filter(item => !ids.has(item.id)) : [])
      setItems(before => before && [...page.items, ...others(before)])
    },
    /** Takes an item out, after it was deleted. @param {string} id */
    drop: id => setItems(before => before?.filter(item => item.id !== id)),
    /** Puts an item of a list that is newest first in its place. @param {Item} item */
    put: item =>
      setItems(before => {
        // Ids are in the order of their time.
        const isOlder = (/** @type {Item} */ { id }) => id < item.id
        const others = before && without(before, [item])
        return others && [...others.filter(other => !isOlder(other)), item, ...others.filter(isOlder)]
      }),
  }
}

/**
 * @template {{ id: string }} Item
 * @param {readonly Item[]} items
 * @param {readonly Item[]} others
 */
function without(items, others) {
  return items.filter(({ id }) => !others.some(other => other.id === id))
}
