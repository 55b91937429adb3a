import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configurationTable } from '../src/config/read-config.ts'

const begin = '<!-- configuration: `npm run docs:configuration` writes this table from src/config/settings.ts -->'
const end = '<!-- /configuration -->'

/** The page that holds the table. */
export const configurationPage = fileURLToPath(new URL('../docs/configuration.md', import.meta.url))

/** Every setting of the code, as a table in Markdown. */
export function markdownTable(): string {
  const rows = configurationTable.map(({ name, default: value, description }) => {
    return `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${description} |`
  })
  return ['| variable | default | |', '|---|---|---|', ...rows].join('\n')
}

/**
 * `document` with the table of the code between its two comments.
 *
 * @throws when the document lacks one of the comments
 */
export function withTable(document: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the document needs a line ${begin} and, below it, a line ${end}`)
  return `${document.slice(0, from + begin.length)}\n\n${markdownTable()}\n\n${document.slice(to)}`
}

if (import.meta.main) writeFileSync(configurationPage, withTable(readFileSync(configurationPage, 'utf8')))
