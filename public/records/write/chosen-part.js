import { partsOf } from '../limits.js'

/**
 * The school year that the form asks for: the present one unless another was chosen.
 *
 * @param {import('../api.js').Limits} limits
 * @param {import('./form-values.js').FormValues} values
 */
export const chosenYear = (limits, values) => Number(values.schoolYear || limits.schoolYear)

/**
 * The parts that the form offers.
 *
 * @param {import('../api.js').Limits} limits
 * @param {import('./form-values.js').FormValues} values
 */
export const offeredParts = (limits, values) => partsOf(limits, values.schoolLevel, chosenYear(limits, values))

/**
 * The part that the form asks for.
 *
 * @param {import('../api.js').Limits} limits
 * @param {import('./form-values.js').FormValues} values
 */
export function chosenPart(limits, values) {
  return offeredParts(limits, values).find(row => row.category === values.category)
}

/**
 * The part to ask for at another level: the same, or what takes its place there.
 *
 * @param {import('../api.js').Limits} limits
 * @param {import('./form-values.js').FormValues} values
 */
export function categoryAt(limits, values) {
  const offered = offeredParts(limits, values).map(row => row.category)
  const places = [values.category, ...(replacing[values.category] ?? []), ...offered]
  return places.find(category => offered.includes(category)) ?? values.category
}

/** @type {Record<string, string[]>} */
const replacing = { autonomy: ['autonomy-club'], club: ['autonomy-club'], 'autonomy-club': ['autonomy'] }
