/** @typedef {ReturnType<typeof quizzesApi>} QuizzesApi */

/** @param {import('../api.js').Call} _call */
export function quizzesApi(_call) {
  return {}
}
