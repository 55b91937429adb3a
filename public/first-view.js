import { hydrate, render } from './preact.js'

/**
 * What the document brings: the views that the server has drawn, and the facts it drew them from. `early.js` chooses which view
 * is on the screen, and notes what the visitor does to it before this script is there.
 *
 * @typedef {{ model: import('./api.js').Model, limits: import('./records/api.js').Limits }} Facts
 *
 * @typedef {object} Early
 * @property {boolean} pending whether the view on the screen is still as the server drew it, for someone of whom it knows nothing
 * @property {Readonly<Record<string, string>>} typed what its form holds, by the names of the fields
 * @property {() => boolean} take ends that; whether the visitor has sent its form already
 */

/** @returns {Facts} */
export function factsOfDocument() {
  return JSON.parse(document.documentElement.dataset.facts ?? '')
}

/**
 * Brings the view on the screen to life, as it is, and takes the others away. Where the server drew none of this place, or none
 * at all (`PAGES=source`), it is drawn here.
 *
 * @param {HTMLElement} root
 * @param {(early: Early) => import('preact').VNode} view
 */
export function bringToLife(root, view) {
  const { conchEarly } = /** @type {{ conchEarly?: { submitted: boolean, end: () => void } }} */ (
    /** @type {unknown} */ (window)
  )
  const { show } = document.documentElement.dataset
  const drawn = root.querySelector(`[data-view="${show}"]`)
  const form = drawn?.querySelector('form')
  const early = {
    pending: drawn !== null && show !== 'other',
    typed: /** @type {Record<string, string>} */ (form ? Object.fromEntries(new FormData(form)) : {}),
    take() {
      early.pending = false
      conchEarly?.end()
      return conchEarly?.submitted ?? false
    },
  }
  for (const other of root.querySelectorAll('[data-view]')) if (other !== drawn) other.remove()
  if (drawn && early.pending) hydrate(view(early), drawn)
  else {
    // In one task with what takes its place: nothing moves.
    const place = drawn ?? root
    place.replaceChildren()
    render(view(early), place)
  }
  if (show !== 'records') early.take()
}
