/**
 * @typedef {{ category: string | null, subject?: string | null, label?: string | null, targetBytes?: number | null }} RecordRequestHead
 */

/**
 * "과목별 세부능력 및 특기사항 · 국어 · 2-3-15": the title of a record, as far as it is known.
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
 * The size a text may have: the limit of its category, or the smaller target of the request.
 *
 * @param {RecordRequestHead | undefined} head
 * @param {import('./api.js').Limits} limits
 */
export function limitOf(head, limits) {
  const limit = limits.items.find(row => row.category === head?.category)?.bytes
  return limit && Math.min(limit, head?.targetBytes ?? limit)
}
