/** @typedef {import('../api.js').Finding} Finding */

/**
 * What to look at, in the order in which a teacher should: what is forbidden, then what may be and what the notes do not say, then form.
 *
 * @param {readonly Finding[]} findings
 */
export function inOrder(findings) {
  return {
    forbidden: findings.filter(({ strength }) => strength === 'forbidden'),
    look: findings.filter(({ strength, kind }) => strength === 'check' && kind !== 'form'),
    form: findings.filter(({ kind }) => kind === 'form'),
  }
}

/**
 * Those to highlight in a text: none inside another.
 *
 * @param {readonly Finding[]} findings in the order of the text
 */
export function withoutOverlap(findings) {
  let covered = 0
  return findings.filter(({ start, end }) => {
    if (start < covered) return false
    covered = end
    return true
  })
}

/**
 * The text with a finding mended.
 *
 * @param {string} text
 * @param {Finding} finding
 */
export function mended(text, { start, end, replacement = '' }) {
  return text.slice(0, start) + replacement + text.slice(end)
}
