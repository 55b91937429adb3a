import { kept } from '../storage.js'

/** @typedef {{ body: string, type: import('./api.js').ReviewType }} Diary what somebody wrote, and whose words they want */

/** The form as it was left. Private text: it ends with the tab. */
export const draft = () => kept('sessionStorage', 'diary', /** @type {Diary} */ ({ body: '', type: 'FEELING' }))

/**
 * The diary of a task that has no review yet: the server gives it back only with one. Also what was seen last of those
 * that have, for the time in which they are written again.
 *
 * @param {string} taskId
 * @returns {Diary | undefined}
 */
export function diaryOf(taskId) {
  return diaries().read()[taskId]
}

/** The last few are kept, for this tab. @param {string} taskId @param {Diary} diary */
export function rememberDiary(taskId, { body, type }) {
  const { [taskId]: _, ...others } = diaries().read()
  diaries().write(Object.fromEntries([...Object.entries(others), [taskId, { body, type }]].slice(-keptDiaries)))
}

/** @param {string} taskId */
export function forgetDiary(taskId) {
  const { [taskId]: _, ...others } = diaries().read()
  diaries().write(others)
}

/** The first line with something in it: what a diary is known by in a list. @param {string} body */
export function firstLine(body) {
  return body.trim().split(/\r?\n/, 1)[0] ?? ''
}

const keptDiaries = 10

const diaries = () => kept('sessionStorage', 'diaries', /** @type {Record<string, Diary>} */ ({}))
