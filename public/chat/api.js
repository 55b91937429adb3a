/** @typedef {ReturnType<typeof chatApi>} ChatApi */

/** @param {import('../api.js').Call} _call */
export function chatApi(_call) {
  return {}
}
