import { v7 as uuidv7 } from 'uuid'

/**
 * A new UUIDv7, greater than `previous` whatever the clock says: for rows whose order is that of their ids. Within a process
 * ids only grow by themselves; after a restart, or in another process, the clock may be behind what made the last one.
 */
export function idAfter(previous: string | undefined): string {
  const id = uuidv7()
  if (previous === undefined || id > previous) return id
  return uuidv7({ msecs: Number.parseInt(previous.replace('-', '').slice(0, 12), 16) + 1 })
}
