/**
 * @typedef {'record' | 'review' | 'quiz' | 'conversation'} LibraryKind
 * @typedef {'queued' | 'running' | 'completed' | 'incomplete' | 'failed' | 'cancelled' | 'confirmed'} LibraryStatus
 * @typedef {{ before: string, match: string, after: string }} Match
 * @typedef {{ id: string, kind: LibraryKind, status: LibraryStatus, title: string | null, preview: string,
 *   match: Match | null, sizes: { characters: number, bytes: number, count: number }, createdAt: string,
 *   updatedAt: string, links: { self: string }, damaged?: true }} LibraryItem
 * @typedef {{ q: string, kind: LibraryKind | '', status: LibraryStatus | '', from: string, to: string }} Wanted the
 *   filters; `from` and `to` are days of the reader's calendar, both included; an empty member does not filter
 *
 * @typedef {ReturnType<typeof libraryApi>} LibraryApi
 */

/** @param {import('../api.js').Call} call */
export function libraryApi(call) {
  return {
    /** @param {Wanted} wanted @param {string} [cursor] @returns {Promise<import('../api.js').List<LibraryItem>>} */
    list: ({ q, kind, status, from, to }, cursor = '') => {
      const asked = { q: q.trim(), kind, status, from: startOf(from), to: startOf(to, 1), cursor }
      const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''))
      return call('GET', `/library?${query}`)
    },
    /** Deletes the thing itself. @param {LibraryItem} item @returns {Promise<void>} */
    remove: ({ links }) => call('DELETE', links.self.replace(/^\/api/, '')),
  }
}

/**
 * When a day begins for the reader, or a number of days later; nothing for no day.
 *
 * @param {string} day as a date field has it
 */
function startOf(day, daysLater = 0) {
  const date = new Date(`${day}T00:00`)
  if (Number.isNaN(date.getTime())) return ''
  date.setDate(date.getDate() + daysLater)
  return date.toISOString()
}
