/**
 * The text of a model without the marks of Markdown, for what may have none: a student record is copied into NEIS as it is.
 *
 * The server takes them out before it saves and counts, and the page while the text comes, by this one function. It takes out
 * what can hardly be meant: `#` and a space at the beginning of a line, pairs of `**`, the numbers of a list that counts from 1.
 * It leaves what a sentence may hold: `3*4`, `#1`, `2024. 3. 1.`, `[참고](별첨)`, a single `*`. A text without such marks is
 * returned as it is, to the last space.
 *
 * @param {string} text
 * @param {{ open?: boolean }} [state] `open`: the text goes on, so marks at its end that are not closed yet are left out, too
 * @returns {string}
 */
export function plainText(text, { open = false } = {}) {
  const lines = withoutTables(text.split('\n')).filter(line => !isOnlyMarks(line))
  const unnumbered = withoutNumbers(lines.map(withoutLineMarks))
  const plain = unnumbered.map(line => withoutInlineMarks(line)).join('\n')
  const shown = open ? withoutOpenMarks(plain) : plain
  if (shown === text) return text
  const trimmed = shown
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .trimEnd()
  // Marks alone are all that the model wrote.
  return trimmed === '' && !open ? text : trimmed
}

/** A fence or a rule. @param {string} line */
function isOnlyMarks(line) {
  return /^\s{0,3}(```[\w+-]*|~~~[\w+-]*|(\*\s?){3,}|-{3,}|_{3,})\s*$/.test(line)
}

/** @param {string} line */
function withoutLineMarks(line) {
  return line
    .replace(/^\s{0,3}(?:>\s?)+/, '')
    .replace(/^\s{0,3}#{1,6}\s+/, '')
    .replace(/^\s*[-*+]\s+(?:\[[ xX]\]\s+)?(?=\S)/, '')
}

/** The numbers of lists that begin with 1 and have a second item: a date or a number of its own stays. @param {string[]} lines */
function withoutNumbers(lines) {
  const numbers = lines.map(line => Number(/^\s{0,3}(\d{1,2})[.)]\s+(?=\D)/.exec(line)?.[1] ?? 0))
  const listed = new Set(/** @type {number[]} */ ([]))
  let items = /** @type {number[]} */ ([])
  numbers.forEach((number, line) => {
    if (number === items.length + 1 && number > 1) items.push(line)
    else if (number === 1) items = [line]
    if (items.length > 1) for (const item of items) listed.add(item)
  })
  return lines.map((line, index) => (listed.has(index) ? line.replace(/^\s{0,3}\d{1,2}[.)]\s+/, '') : line))
}

/** A table, which is one only with its delimiter row, as its cells. @param {string[]} lines */
function withoutTables(lines) {
  let within = false
  return lines.flatMap((line, index) => {
    const next = lines[index + 1] ?? ''
    if (isDelimiterRow(line) && within) return []
    if (line.includes('|') && isDelimiterRow(next)) within = true
    else if (!line.includes('|')) within = false
    if (!within) return [line]
    return [
      line
        .trim()
        .replace(/^\||\|$/g, '')
        .split('|')
        .map(cell => cell.trim())
        .filter(cell => cell !== '')
        .join(', '),
    ]
  })
}

/** @param {string} line */
function isDelimiterRow(line) {
  return line.includes('|') && line.includes('-') && /^[\s|:-]+$/.test(line)
}

/** @param {string} line */
function withoutInlineMarks(line) {
  let plain = line
  for (const [mark, words] of pairs) plain = plain.replace(mark, words)
  return plain
}

/** Each pair stands in one line and directly around its words. Bounded, so that no line of marks alone takes long. */
const pairs = /** @type {const} */ ([
  [/!?\[([^[\]]{1,200})\]\((?:https?:\/\/|mailto:|www\.)[^()\s]{1,500}\)/g, '$1'],
  [/\*{2,3}(?=[^\s*])([^*]{0,1000}?[^\s*])\*{2,3}/g, '$1'],
  [/(?<![\w_])__(?=[^\s_])(?!\w+__)([^_]{0,1000}?[^\s_])__(?![\w_])/g, '$1'],
  [/~~(?=[^\s~])([^~]{0,1000}?[^\s~])~~/g, '$1'],
  [/(?<![\p{L}\p{N}*\\])\*(?=[^\s*])([^*]{0,1000}?[^\s*])\*(?![\w*])/gu, '$1'],
  [/(?<![\p{L}\p{N}_\\])_(?=[^\s_])([^_]{0,1000}?[^\s_])_(?![\w_])/gu, '$1'],
  [/(?<!`)`([^`]{1,1000})`(?!`)/g, '$1'],
  [/\\([*_#`~[\]>-])/g, '$1'],
])

/** What may become a mark with the next words. @param {string} text */
function withoutOpenMarks(text) {
  const at = text.lastIndexOf('\n') + 1
  const line = text.slice(at)
  if (/^\s{0,3}(#{1,6}|[-*+>]|`{1,3}\w*|~{1,3})\s*$/.test(line)) return text.slice(0, at)
  return text.slice(0, at) + line.replace(/(?<![*_`~])[*_`~]+$/, '').replace(/\*\*(?=[^\s*][^*]*$)/, '')
}
