import { html } from '../preact.js'

/**
 * What one gets, in miniature: three drafts with their meter, a diary with its reply, a conversation, a question with its
 * answer. Drawn in the colours of the page; pictures only, so nothing of it is read out.
 *
 * @param {{ of: 'records' | 'reviews' | 'chat' | 'quizzes' }} props
 */
export function Miniature({ of }) {
  return html`
    <svg class="miniature" viewBox="0 0 240 120" aria-hidden="true" focusable="false">${drawings[of]()}</svg>
  `
}

/** Lines of text. @param {number} x @param {number} y @param {number[]} widths @param {string} [tone] */
const lines = (x, y, widths, tone = 'line') =>
  widths.map((width, index) => html`<rect class=${tone} x=${x} y=${y + index * 10} width=${width} height="4" rx="2" />`)

const drawings = {
  records: () => html`
    ${[0, 1, 2].map(
      index => html`
        <rect class="sheet" x=${20 + index * 70} y="16" width="60" height="88" rx="7" />
        ${lines(28 + index * 70, 28, [44, 38, 44, [30, 41, 22][index] ?? 30])}
        <rect class="track" x=${28 + index * 70} y="90" width="44" height="4" rx="2" />
        <rect class="fill" x=${28 + index * 70} y="90" width=${[38, 31, 42][index] ?? 30} height="4" rx="2" />
      `,
    )}
    <circle class="fill" cx="146" cy="20" r="9" />
    <path class="on" d="M142 20l3 3 5.500-6" />
  `,
  reviews: () => html`
    <rect class="sheet" x="34" y="14" width="118" height="92" rx="7" />
    <path class="binding" d="M50 14v92" />
    ${lines(62, 30, [76, 64, 78, 52])}
    <rect class="bubble" x="112" y="66" width="94" height="38" rx="12" />
    <path class="heart" d="M130 92c-7-4.500-10-8-10-11.500a5 5 0 0 1 10-2 5 5 0 0 1 10 2c0 3.500-3 7-10 11.500z" />
    ${lines(148, 78, [46, 34], 'on-line')}
  `,
  chat: () => html`
    <rect class="bubble" x="118" y="16" width="92" height="28" rx="12" />
    ${lines(132, 24, [62, 40], 'on-line')}
    <rect class="sheet" x="30" y="52" width="124" height="52" rx="12" />
    ${lines(46, 66, [90, 78, 54])}
    <rect class="caret" x="104" y="83" width="3" height="10" rx="1" />
  `,
  quizzes: () => html`
    <rect class="sheet" x="40" y="14" width="160" height="92" rx="7" />
    ${lines(54, 28, [104, 66], 'strong')}
    ${[0, 1, 2].map(
      index => html`
        <rect class=${index === 1 ? 'chosen' : 'option'} x="54" y=${52 + index * 16} width="132" height="12" rx="6" />
        <rect class=${index === 1 ? 'on-line' : 'line'} x="70" y=${56 + index * 16} width=${[60, 78, 46][index] ?? 60} height="4" rx="2" />
      `,
    )}
    <path class="on" d="M60 74l2.500 2.500 4.500-5" />
  `,
}
