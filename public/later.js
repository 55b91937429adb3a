/**
 * What no first view shows: one file of its own in the bundle. In several, esbuild would give each set of pages that share a module a
 * file, and the first view would import a dozen.
 */

export { ChatPage } from './chat/chat-page.js'
export { LibraryPage } from './library/library-page.js'
export { SettingsPage } from './notifications/settings-page.js'
export { QuizzesPage } from './quizzes/quizzes-page.js'
export { History } from './records/history/history.js'
export { TaskPage } from './records/task/task-page.js'
export { ReviewsPage } from './reviews/reviews-page.js'
