import { kept } from '../storage.js'

/** @typedef {{ body: string, type: import('./api.js').ReviewType }} Diary what a user wrote, and the persona that answers */

/** The form as the user left it. Private text: it ends with the tab. */
export const draft = () => kept('sessionStorage', 'diary', /** @type {Diary} */ ({ body: '', type: 'FEELING' }))

/** The first line with something in it: the name of a diary in a list. @param {string} body */
export function firstLine(body) {
  return body.trim().split(/\r?\n/, 1)[0] ?? ''
}
