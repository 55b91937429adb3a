import { createContext } from '../preact.js'

/**
 * What the parts of a text need of it. `notes`: the labels of those that are known; another set when another one is.
 *
 * @typedef {object} ProseState
 * @property {import('../i18n.js').I18n['t']} t
 * @property {boolean} live it grew on this page
 * @property {boolean} ended
 * @property {(label: string) => number} numberOf
 * @property {ReadonlySet<string>} notes
 * @property {(label: string) => void} toNote
 * @property {(label: string) => void} toReference
 */

export const ProseContext = createContext(
  /** @type {ProseState} */ ({
    t: key => key,
    live: false,
    ended: true,
    numberOf: () => 0,
    notes: new Set(),
    toNote: () => {},
    toReference: () => {},
  }),
)
