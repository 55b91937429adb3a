import { Refused } from '../api.js'
import { useEffect, useRef } from '../preact.js'
import { useServices } from '../services.js'
import { useList } from '../use-list.js'

/** More concurrent changes than this are loaded together. */
const maxSingly = 10

/** @param {{ status: import('../api.js').TaskStatus }} item */
export const isUnfinished = ({ status }) => status === 'queued' || status === 'running'

/** Whether it ended without anything to show, so that it can be tried again. @param {{ status: import('../api.js').TaskStatus }} item */
export const hasFailed = ({ status }) => status === 'failed' || status === 'cancelled'

/**
 * A list of what tasks of a kind write, newest first: each item shows its task's state, and updates by itself.
 *
 * @template {{ id: string, status: import('../api.js').TaskStatus }} Item
 * @param {string} kind
 * @param {(cursor?: string) => Promise<import('../api.js').List<Item>>} loadPage
 * @param {(id: string) => Promise<Item>} loadOne
 * @param {(item: Item) => void} [onEnded] called once for each that ended while it was shown, or was started here and is over
 *   before it could be shown
 */
export function useTaskList(kind, loadPage, loadOne, onEnded) {
  const { changes, started } = useServices()
  const list = useList(loadPage)
  const items = useRef(list.items)
  items.current = list.items
  const wanted = useRef(/** @type {Set<string>} */ (new Set()))
  const looking = useRef(/** @type {Promise<void> | undefined} */ (undefined))

  /** @param {Item} item */
  const take = item => {
    const shown = items.current?.find(({ id }) => id === item.id)
    list.put(item)
    if (!onEnded || isUnfinished(item)) return
    if (started.delete(item.id) || (shown && isUnfinished(shown))) onEnded(item)
  }

  /** The loads so far, and for what runs again how many of them are about its run before. */
  const loads = useRef(0)
  const before = useRef(/** @type {Map<string, number>} */ (new Map()))

  /** @param {number} load @param {Item} item */
  const takeOf = (load, item) => {
    if (load > (before.current.get(item.id) ?? 0)) take(item)
  }

  const lookUp = async () => {
    while (wanted.current.size > 0) {
      const ids = Array.from(wanted.current)
      wanted.current.clear()
      // An item that cannot be loaded now stays as it was, until its next change.
      if (ids.length > maxSingly) {
        const load = ++loads.current
        for (const item of (await loadPage().catch(() => ({ items: [] }))).items) takeOf(load, item)
      } else
        for (const id of ids) {
          const load = ++loads.current
          await loadOne(id).then(
            item => takeOf(load, item),
            error => {
              if (error instanceof Refused && error.status === 404) list.drop(id)
            },
          )
        }
    }
    looking.current = undefined
  }

  /** Loads the current states, one after the other: so each end is reported once. @param {string} id */
  const look = id => {
    wanted.current.add(id)
    looking.current ??= lookUp()
  }
  /** The same for one that runs again: what is being loaded may be about the run before. @param {string} id */
  const lookAgain = id => {
    before.current.set(id, loads.current)
    look(id)
  }
  useEffect(
    () =>
      changes.listen(change => {
        if (!change) return void list.refresh().catch(() => {})
        const known = items.current?.find(({ id }) => id === change.id)
        if (change.kind === kind && known?.status !== change.status) look(change.id)
      }),
    [],
  )
  return { ...list, look, lookAgain }
}
