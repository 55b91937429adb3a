/**
 * `<br>` is the only way to a second line in the cell of a table, so models write it. It is no HTML here: it becomes the same
 * break as two spaces at the end of a line.
 *
 * @param {import('markdown-it').StateInline} state @param {boolean} silent
 */
export function lineBreakTag(state, silent) {
  const [tag] = /^<br ?\/?>/i.exec(state.src.slice(state.pos, state.pos + 6)) ?? []
  if (!tag) return false
  if (!silent) state.push('hardbreak', 'br', 0)
  state.pos += tag.length
  return true
}
