/** @typedef {import('../operator-context.js').OperatorServices['t']} T */

const kinds = /** @type {const} */ ({
  record: 'operations.kind.record',
  review: 'operations.kind.review',
  turn: 'operations.kind.turn',
  quiz: 'operations.kind.quiz',
})

/** A kind that this page does not know is shown by its own name. @param {T} t @param {string} kind */
export function kindWords(t, kind) {
  return kind in kinds ? t(kinds[/** @type {keyof typeof kinds} */ (kind)]) : kind
}

/** To two or three digits. @param {T} t @param {number | null} ms */
export function durationWords(t, ms) {
  if (ms === null) return '–'
  if (ms < 1000) return t('operations.ms', { count: Math.round(ms) })
  if (ms < 60_000) return t('operations.seconds', { count: Number((ms / 1000).toPrecision(2)) })
  if (ms < 3_600_000) return t('operations.minutes', { count: Math.round(ms / 60_000) })
  if (ms < 48 * 3_600_000) return t('operations.hours', { count: Math.round(ms / 3_600_000) })
  return t('operations.days', { count: Math.round(ms / 86_400_000) })
}

/** @param {T} t @param {number | null} seconds */
export function ageWords(t, seconds) {
  return durationWords(t, seconds === null ? null : Math.max(1, seconds) * 1000)
}
