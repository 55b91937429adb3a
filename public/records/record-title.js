import { kept } from '../storage.js'

/**
 * @typedef {{ category: string, subject?: string | null, label?: string | null, targetBytes?: number | null }} RecordRequestHead
 */

/**
 * "과목별 세부능력 및 특기사항 · 국어 · 2-3-15": what a record is of, as far as it is known.
 *
 * @param {RecordRequestHead | undefined} head
 * @param {import('./api.js').Limits} limits
 * @param {{ pick: (words: import('../api.js').Words) => string }} i18n
 */
export function recordTitle(head, limits, { pick }) {
  if (!head) return ''
  const names = limits.items.find(row => row.category === head.category)?.names
  return [names && pick(names), head.subject, head.label].filter(Boolean).join(' · ')
}

/**
 * What a text may measure: the limit of its category, or the smaller target that was asked for.
 *
 * @param {RecordRequestHead | undefined} head
 * @param {import('./api.js').Limits} limits
 */
export function limitOf(head, limits) {
  const limit = limits.items.find(row => row.category === head?.category)?.bytes
  return limit && Math.min(limit, head?.targetBytes ?? limit)
}

/**
 * What was asked of a task that has no record yet: the task itself does not say. Holds no observations, only the
 * category, the subject and the teacher's own label, so it may stay for other tabs. The 30 newest are kept.
 *
 * @param {string} taskId
 * @returns {RecordRequestHead | undefined}
 */
export function requestOf(taskId) {
  return requests().read()[taskId]
}

/** @param {string} taskId @param {RecordRequestHead} head */
export function rememberRequest(taskId, { category, subject, label, targetBytes }) {
  const all = Object.entries({ ...requests().read(), [taskId]: { category, subject, label, targetBytes } })
  // Task ids are in the order of their time.
  all.sort(([a], [b]) => (a < b ? 1 : -1))
  requests().write(Object.fromEntries(all.slice(0, 30)))
}

const requests = () => kept('localStorage', 'requests', /** @type {Record<string, RecordRequestHead>} */ ({}))
