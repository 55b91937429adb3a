/**
 * The place within the page, kept in the URL's hash so that a reload and a link return to it. Without a hash it is the start
 * page, or the section that was chosen there (`early.js`).
 *
 * @typedef {{ section: 'start' }} StartRoute what Conch is, and the choice of a section
 * @typedef {{ section: 'records', page: 'write' | 'history' } | { section: 'records', page: 'task', taskId: string }} RecordsRoute
 * @typedef {{ section: 'reviews', taskId?: string }} ReviewsRoute without a task: the form and the list
 * @typedef {{ section: 'chat', conversationId?: string }} ChatRoute
 * @typedef {{ section: 'quizzes', taskId?: string }} QuizzesRoute
 * @typedef {{ section: 'library' }} LibraryRoute
 * @typedef {{ section: 'notifications' }} NotificationsRoute how an owner is notified
 * @typedef {StartRoute | RecordsRoute | ReviewsRoute | ChatRoute | QuizzesRoute | LibraryRoute | NotificationsRoute} Route
 */

/**
 * @template {Route} [R=Route]
 * @typedef {R & { arrived: boolean }} Place `arrived`: by a link, without loading the page
 */

/**
 * @param {string} hash
 * @returns {Route}
 */
export function parseRoute(hash) {
  const [, name, id] = /^#(\w*)(?:=([\w-]+))?$/.exec(hash) ?? []
  switch (name) {
    case 'records':
      return { section: 'records', page: 'write' }
    case 'task':
      return id ? { section: 'records', page: 'task', taskId: id } : start
    case 'history':
      return { section: 'records', page: 'history' }
    case 'reviews':
      return { section: 'reviews' }
    case 'review':
      return { section: 'reviews', taskId: id }
    case 'chat':
      return { section: 'chat', conversationId: id }
    case 'quizzes':
      return { section: 'quizzes' }
    case 'quiz':
      return { section: 'quizzes', taskId: id }
    case 'library':
      return { section: 'library' }
    case 'notifications':
      return { section: 'notifications' }
    default:
      return start
  }
}

/** @type {Route} */
const start = { section: 'start' }

/** Also for a visitor whose choice is remembered. */
export const startUrl = '#start'
export const recordsUrl = '#records'
/** @param {string} taskId of a record */
export const taskUrl = taskId => `#task=${taskId}`
/** @param {string} taskId */
export const reviewUrl = taskId => `#review=${taskId}`
/** @param {string} conversationId */
export const chatUrl = conversationId => `#chat=${conversationId}`
/** @param {string} taskId */
export const quizUrl = taskId => `#quiz=${taskId}`
export const settingsUrl = '#notifications'
