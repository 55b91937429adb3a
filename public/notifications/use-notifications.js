import { useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'
import { useList } from '../use-list.js'

/**
 * The owner's notifications, newest first, and how many are unread; kept up to date while the page is open.
 *
 * @param {(notification: import('./api.js').Notification) => void} onNew called for each new one
 */
export function useNotifications(onNew) {
  const { api, changes, stream } = useServices()
  const { notifications } = api
  const [unread, setUnread] = useState(0)
  const list = useList(async cursor => {
    const page = await notifications.list(cursor)
    setUnread(page.unread)
    return page
  })
  const { put, refresh } = list
  useEffect(
    () =>
      stream().listen(chunk => {
        switch (chunk.type) {
          case 'data-unread':
            setUnread(chunk.data.unread)
            return
          case 'data-task':
            changes.tell(chunk.data)
            return
          case 'data-notification':
            put(chunk.data)
            onNew(chunk.data)
            return
          case 'data-reset':
            // A notification may have been missed. What fails now is there at the next load.
            refresh().catch(() => {})
            changes.tell()
        }
      }),
    [],
  )

  /** @param {Promise<{ unread: number }>} answer */
  const read = async answer => {
    try {
      setUnread((await answer).unread)
      await refresh()
    } catch {
      // It stays unread, and shows it.
    }
  }
  return {
    ...list,
    unread,
    /** @param {string} id */
    read: id => read(notifications.read(id)),
    /** The notifications in the list. */
    readAll: () => {
      const [newest] = list.items ?? []
      if (newest) read(notifications.readUpTo(newest.id))
    },
  }
}
