/** The ways to mark a formula inside a line, in the order they are tried. `\(` and `\[` are what several models write. */
const inlineMarks = /** @type {const} */ ([
  { open: '$$', close: '$$', display: true },
  { open: '\\(', close: '\\)', display: false },
  { open: '\\[', close: '\\]', display: true },
  { open: '$', close: '$', display: false },
])

/** Formulas are short; a far mark is another sentence's. */
const maxLength = 2000

/**
 * A formula in a line. A single `$` opens only before what is no space and closes only after what is no space and before what
 * is no digit, so that prices stay prices; words in Korean outside of `\text{…}` are no formula either.
 *
 * @param {import('markdown-it').StateInline} state @param {boolean} silent
 */
export function mathInline(state, silent) {
  const found = formulaAt(state.src, state.pos)
  if (!found) return false
  if (!silent) {
    const token = state.push(found.display ? 'math_display' : 'math', '', 0)
    token.content = found.tex
  }
  state.pos += found.length
  return true
}

/** @param {string} text @param {number} at @returns {{ tex: string, length: number, display: boolean } | undefined} */
export function formulaAt(text, at) {
  if (text[at] !== '$' && text[at] !== '\\') return undefined
  for (const { open, close, display } of inlineMarks) {
    if (!text.startsWith(open, at)) continue
    const start = at + open.length
    const end = closing(text.slice(start, start + maxLength + 2), close)
    if (end < 0) continue
    const tex = text.slice(start, start + end)
    if (open !== '$' || isFormula(tex, text[at - 1], text[start + end + 1]))
      return { tex: tex.trim(), length: open.length + end + close.length, display }
  }
  return undefined
}

/** Where the mark stands that closes a formula; one behind a backslash is part of it. @param {string} text @param {string} mark */
function closing(text, mark) {
  const line = mark === '$' ? text.indexOf('\n') : text.search(/\n\s*\n/)
  const within = line < 0 ? text : text.slice(0, line)
  for (let at = within.indexOf(mark); at >= 0; at = within.indexOf(mark, at + 1)) {
    const [backslashes = ''] = /\\*$/.exec(within.slice(Math.max(0, at - 20), at)) ?? []
    if (backslashes.length % 2 === 0) return within.slice(0, at).trim() === '' ? -1 : at
  }
  return -1
}

/** @param {string} tex @param {string | undefined} before @param {string | undefined} after */
function isFormula(tex, before = ' ', after = ' ') {
  if (/^\s|\s$/.test(tex) || /[\p{L}\p{N}\\$]/u.test(before) || /[\d$]/.test(after)) return false
  // Two prices: `$5, 10$`.
  if (/^\d[^=+*/^_\\<>-]*\s[^=+*/^_\\<>-]*$/.test(tex)) return false
  return !/\p{Script=Hangul}/u.test(tex.replace(/\\(?:text\w*|mathrm|mbox)\s*\{[^}]*\}/g, ''))
}

/**
 * A formula with lines of its own, between `$$` and `$$` or `\[` and `\]`. Without its end it reaches to the end of the text,
 * and `meta.open` says so.
 *
 * @param {import('markdown-it').StateBlock} state @param {number} startLine @param {number} endLine @param {boolean} silent
 */
export function mathBlock(state, startLine, endLine, silent) {
  const first = lineOf(state, startLine)
  const open = ['$$', '\\['].find(mark => first.startsWith(mark))
  if (!open || (state.sCount[startLine] ?? 0) - state.blkIndent >= 4) return false
  const close = open === '$$' ? '$$' : '\\]'
  const head = first.slice(2)
  // `$$x$$ and more` is a formula in a line.
  if (head.includes(close) && !head.trimEnd().endsWith(close)) return false
  if (silent) return true
  const lines = []
  let line = startLine
  let rest = head
  let closed = false
  for (;;) {
    closed = rest.trimEnd().endsWith(close)
    lines.push(closed ? rest.trimEnd().slice(0, -2) : rest)
    line++
    if (closed || line >= endLine || (state.sCount[line] ?? 0) < state.blkIndent) break
    rest = lineOf(state, line)
  }
  const token = state.push('math_block', '', 0)
  token.content = lines.join('\n').trim()
  token.map = [startLine, line]
  token.block = true
  token.meta = { open: !closed }
  state.line = line
  return true
}

/** @param {import('markdown-it').StateBlock} state @param {number} line */
function lineOf(state, line) {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line])
}
