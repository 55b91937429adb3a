import { mendInline } from './mend-inline.js'

/**
 * The end of a text that is still being written, as it will probably go on: what a reader would see as bare marks is left out
 * or completed. `**bol` is shown as if `**` followed; a line that is only the beginning of a mark (`#`, two backticks, `|--`)
 * waits for its next character. Words never wait, but for a number at the beginning of a line, which may become that of a
 * list, and for brackets, which may become a link: these only while `holding`.
 *
 * remend does something like it, but leaves a mark without words (`**` at the end, three backticks, a delimiter row) as it is.
 *
 * @param {string} source from the beginning of a block
 * @param {{ holding: boolean, inCode?: boolean, inFormula?: boolean }} state `inCode`: the last block is a fence that is open
 */
export function mend(source, { holding, inCode = false, inFormula = false }) {
  const at = source.lastIndexOf('\n') + 1
  const line = source.slice(at)
  if (inCode) return /^[\s>]*(`+|~+)$/.test(line) ? source.slice(0, at) : source
  if (inFormula) return source.replace(/[$\\]$/, '')
  const words = line.replace(containers, '')
  if (isMark(words) || (holding && /^\d{1,9}[.)]?$/.test(words))) return asTable(source.slice(0, at))
  const table = asTable(source)
  return table === source ? withInlineMended(source, holding) : table
}

/** The marks of quotes and lists around the words of a line. */
const containers = /^(?:\s*(?:>|[-*+](?=\s)|\d{1,9}[.)](?=\s)))*\s*/

/** Whether a line can only be (the beginning of) marks: of a heading, rule, list, fence, formula, table, note or check box. */
function isMark(/** @type {string} */ words) {
  return words !== '' && marks.some(mark => mark.test(words))
}

const marks = [
  /^#{1,6}$/,
  /^[-*_=+~\s]+$/,
  /^`{1,2}$/,
  /^(`{3,}|~{3,})[^`\n]*$/,
  /^>$/,
  /^\|?[\s:|-]*$/,
  /^\$\$?$/,
  /^\\$/,
  /^\[(\^[^\]\s]*\]?:?)?$/,
  /^\[[ xX]?\]?$/,
]

/**
 * A header row gets the delimiter row that is to come, so that it is a table from its first cell on.
 *
 * @param {string} source
 */
function asTable(source) {
  const lines = source.replace(/\n$/, '').split('\n')
  const header = lines.at(-1) ?? ''
  const indent = (containers.exec(header) ?? [''])[0]
  const cells = header.slice(indent.length)
  if (!/^\|\s*[^\s|:-]/.test(cells) || /^\s*\|/.test(lines.at(-2) ?? '')) return source
  const columns = cells.replace(/^\||\|\s*$/g, '').split(/(?<!\\)\|/).length
  const spaces = indent.replace(/\S/g, character => (character === '>' ? '>' : ' '))
  return `${[...lines.slice(0, -1), `${indent}${cells.trimEnd()}`, `${spaces}|${'---|'.repeat(columns)}`].join('\n')}\n`
}

/** @param {string} source @param {boolean} holding */
function withInlineMended(source, holding) {
  const at = runStart(source)
  return source.slice(0, at) + mendInline(source.slice(at), holding)
}

/** Where the last paragraph, item, row or heading begins: marks inside a line do not reach beyond it. @param {string} source */
function runStart(source) {
  let start = source.length
  for (let lines = 0; lines < 50; lines++) {
    const before = source.lastIndexOf('\n', start - 2) + 1
    const line = source.slice(before, start)
    if (before === start || line.trim() === '') return start
    start = before
    const words = line.slice((containers.exec(line) ?? [''])[0].length)
    if (words !== line || /^(#{1,6}\s|\|)/.test(words)) return start + (line.length - words.length)
    if (start === 0) return 0
  }
  return start
}
