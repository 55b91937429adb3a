/**
 * The address of a path of this server, such as `/api/model`: below the path that the server is served at (BASE_PATH), which
 * the document names. Where there is no document, as when the server draws the first view, the path as it is.
 *
 * @param {string} path begins with a slash
 */
export function addressOf(path) {
  return `${globalThis.document?.documentElement.dataset.base ?? ''}${path}`
}
