/**
 * @typedef {{ category: string, schoolLevel?: string | null, schoolYear?: number | null }} Part
 * @typedef {import('./api.js').Limits} Limits
 */

/** As the server writes a request that names no level. */
export const usualLevel = 'high'

/**
 * The parts of a school level, each with its limit in a school year: the same choice of rows as `limitFor` in
 * `src/kinds/records/limits.ts`, for the form, which asks before there is a record.
 *
 * @param {Limits} limits
 * @param {string} schoolLevel
 * @param {number} schoolYear
 * @returns {import('./api.js').LimitRow[]}
 */
export function partsOf({ items, newestGuide }, schoolLevel, schoolYear) {
  /** @type {Map<string, import('./api.js').LimitRow>} */
  const parts = new Map()
  // Of one part the oldest row comes first: it holds for years before the table, too.
  for (const row of items) {
    if (row.schoolLevel === schoolLevel && (!parts.has(row.category) || row.since <= schoolYear))
      parts.set(row.category, { ...row, assumed: schoolYear > newestGuide })
  }
  return [...parts.values()]
}
