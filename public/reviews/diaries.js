import { kept } from '../storage.js'

/** @typedef {{ body: string, type: import('./api.js').ReviewType }} Diary what somebody wrote, and whose words they want */

/** The form as it was left. Private text: it ends with the tab. */
export const draft = () => kept('sessionStorage', 'diary', /** @type {Diary} */ ({ body: '', type: 'FEELING' }))

/** The first line with something in it: what a diary is known by in a list. @param {string} body */
export function firstLine(body) {
  return body.trim().split(/\r?\n/, 1)[0] ?? ''
}
