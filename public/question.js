import { html } from './preact.js'

/**
 * A question in place of the button that led to it, among the children of a group with `useKeptFocus`: the harmless
 * answer gets the focus.
 *
 * @param {{ words: string, yes: string, no: string, onYes: () => void, onNo: () => void }} props
 */
export function Question({ words, yes, no, onYes, onNo }) {
  return html`
    <p>${words}</p>
    <button type="button" class="danger" onClick=${onYes}>${yes}</button>
    <button type="button" data-focus onClick=${onNo}>${no}</button>
  `
}
