import { usualLevel } from './limits.js'

/**
 * @typedef {{ category: string | null, schoolLevel?: string | null, subject?: string | null, label?: string | null }} RecordHead
 */

/**
 * "과목별 세부능력 및 특기사항 · 국어 · 2-3-15": the title of a record, as far as it is known.
 *
 * @param {RecordHead | undefined} head
 * @param {import('./api.js').Limits} limits
 * @param {{ pick: (words: import('../api.js').Words) => string }} i18n
 */
export function recordTitle(head, limits, { pick }) {
  if (!head) return ''
  const { category, schoolLevel, subject, label } = head
  const level = schoolLevel ?? usualLevel
  const names = limits.items.find(row => row.category === category && row.schoolLevel === level)?.names
  return [names && pick(names), subject, label].filter(Boolean).join(' · ')
}

/**
 * The size a text may have: the limit of its part, or the smaller target of the request; undefined where there is neither.
 *
 * @param {{ limit: import('./api.js').Limit | null, targetBytes?: number | null } | undefined} record
 */
export function limitOf(record) {
  const sizes = [record?.limit?.bytes, record?.targetBytes].flatMap(bytes => bytes ?? [])
  return sizes.length > 0 ? Math.min(...sizes) : undefined
}
