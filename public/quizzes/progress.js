import { html } from '../preact.js'

/**
 * How far something is, in words and as a bar, which repeats them.
 *
 * @param {{ words: string, value: number, max?: number }} props `max`: no bar while it is not known
 */
export function Progress({ words, value, max }) {
  return html`
    <div class="progress">
      <p>${words}</p>
      ${max !== undefined && html`<progress value=${value} max=${max} aria-hidden="true"></progress>`}
    </div>
  `
}

/**
 * "3 / 5": how many questions there are, and of how many if that is known.
 *
 * @param {number} count
 * @param {number | undefined} total
 * @param {import('../i18n.js').I18n['t']} t
 */
export function progressWords(count, total, t) {
  return total === undefined ? t('quizzes.count', { count }) : t('quizzes.progress', { count, total })
}
