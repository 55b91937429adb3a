import { createContext, useContext } from './preact.js'

/**
 * What every part of the page needs: words, the server and the way to it, task changes, the live region; the tasks that were
 * started here and not opened yet; and what the document brought.
 *
 * @typedef {import('./api.js').Api & {
 *   records: import('./records/api.js').RecordsApi,
 *   reviews: import('./reviews/api.js').ReviewsApi,
 *   chat: import('./chat/api.js').ChatApi,
 *   quizzes: import('./quizzes/api.js').QuizzesApi,
 *   library: import('./library/api.js').LibraryApi,
 *   notifications: import('./notifications/api.js').NotificationsApi,
 * }} Apis
 *
 * @typedef {import('./i18n.js').I18n & {
 *   api: Apis,
 *   link: import('./link.js').Link,
 *   stream: () => import('./stream/shared-stream.js').SharedStream,
 *   changes: import('./task-changes.js').TaskChanges,
 *   announce: (message: string) => void,
 *   started: Set<string>,
 *   facts: import('./first-view.js').Facts,
 *   early: import('./first-view.js').Early,
 * }} Services
 */

export const ServicesContext = createContext(/** @type {Services | undefined} */ (undefined))

/** @returns {Services} */
export function useServices() {
  const services = useContext(ServicesContext)
  if (!services) throw new Error('no services above this component')
  return services
}
