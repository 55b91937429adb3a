import { readFileSync } from 'node:fs'
import t from 'tap'
import { configurationPage, markdownTable, withTable } from '../../scripts/configuration-table.ts'

const page = readFileSync(configurationPage, 'utf8')

t.test('the table of settings is that of the code', async t => {
  t.equal(withTable(page), page, '`npm run docs:configuration` writes it')
  t.ok(page.includes(markdownTable()))
})

t.test('a table that differs is replaced, and nothing around it', async t => {
  t.equal(withTable(page.replace('| `PORT` | `3000` |', '| `PORT` | `4000` |')), page)
})

t.test('a page without the comments is refused', async t => {
  t.throws(() => withTable('# Configuration\n'), /needs a line/)
})
