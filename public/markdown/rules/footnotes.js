const label = /^\[\^([\p{L}\p{N}_-]{1,40})\]/u

/**
 * `[^1]` in a text. It stands for itself until its note is known, which comes later, if ever: the page decides what to show.
 *
 * @param {import('markdown-it').StateInline} state @param {boolean} silent
 */
export function footnoteReference(state, silent) {
  const [mark, name] = label.exec(state.src.slice(state.pos, state.pos + 50)) ?? []
  if (!mark) return false
  if (!silent) state.push('footnote_reference', '', 0).content = String(name)
  state.pos += mark.length
  return true
}

/**
 * `[^1]: the note`, with the lines after it until a blank one that no indented line follows.
 *
 * @param {import('markdown-it').StateBlock} state @param {number} startLine @param {number} endLine @param {boolean} silent
 */
export function footnoteDefinition(state, startLine, endLine, silent) {
  const start = lineStart(state, startLine)
  const [mark, name] = label.exec(state.src.slice(start, start + 50)) ?? []
  if (!mark || state.src[start + mark.length] !== ':' || indented(state, startLine)) return false
  if (silent) return true
  const next = noteEnd(state, startLine, endLine)
  const content = [state.src.slice(start + mark.length + 1, state.eMarks[startLine])]
  for (let line = startLine + 1; line < next; line++)
    content.push(state.src.slice(lineStart(state, line), state.eMarks[line]))
  const open = state.push('footnote_open', '', 1)
  open.content = String(name)
  open.map = [startLine, next]
  open.block = true
  const inline = state.push('inline', '', 0)
  inline.content = content.join('\n').trim()
  inline.map = [startLine, next]
  inline.children = []
  state.push('footnote_close', '', -1)
  state.line = next
  return true
}

/** @param {import('markdown-it').StateBlock} state @param {number} line */
function lineStart(state, line) {
  return (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0)
}

/** @param {import('markdown-it').StateBlock} state @param {number} line */
function indented(state, line) {
  return (state.sCount[line] ?? 0) - state.blkIndent >= 4
}

/** @param {import('markdown-it').StateBlock} state @param {number} startLine @param {number} endLine */
function noteEnd(state, startLine, endLine) {
  let line = startLine + 1
  for (; line < endLine; line++) {
    if (state.isEmpty(line)) {
      if (line + 1 < endLine && !state.isEmpty(line + 1) && indented(state, line + 1)) continue
      break
    }
    const start = lineStart(state, line)
    if (!indented(state, line) && /^(\[\^|[#>|`~$]|[-*+] |\d+[.)] )/.test(state.src.slice(start, start + 12))) break
  }
  return line
}
