import { v7 as uuidv7 } from 'uuid'

/**
 * A new UUIDv7, greater than `previous` whatever the clock says: for rows ordered by their ids. Within a process
 * generated ids only grow; after a restart, or in another process, the clock may be behind the last id.
 */
export function idAfter(previous: string | undefined): string {
  const id = uuidv7()
  if (previous === undefined || id > previous) return id
  return uuidv7({ msecs: Number.parseInt(previous.replace('-', '').slice(0, 12), 16) + 1 })
}
