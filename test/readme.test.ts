import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import t from 'tap'
import { configurationTable } from '../src/config.ts'
import { startConch, temporaryFolder } from './support/conch.ts'

const run = promisify(execFile)
const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

t.test('the table of settings is that of the code', async t => {
  const rows = configurationTable.map(({ name, default: value, description }) => {
    return `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${description} |`
  })
  const table = ['| variable | default | |', '|---|---|---|', ...rows].join('\n')
  const written = /<!-- configuration.*?-->\n(.*?)<!-- \/configuration -->/s.exec(readme)?.[1]?.trim()
  t.equal(written, table)
})

t.test('every curl line works as it is written', async t => {
  const conch = await startConch(t, { DEMO_TOKENS_PER_SECOND: '100000' })
  const cwd = await temporaryFolder(t)
  const blocks = Array.from(readme.matchAll(/```sh\n(.*?)```/gs), ([, block]) => block as string)
  const commands = blocks.filter(block => block.startsWith('curl'))
  t.equal(commands.length, 4)
  const outputs: string[] = []
  for (const command of commands) {
    const { stdout } = await run('bash', ['-euc', command.replaceAll('http://localhost:3000', conch.url)], { cwd })
    outputs.push(stdout)
  }
  const [streamed, accepted, watched, records] = outputs as [string, string, string, string]
  t.match(streamed, /"type":"text-delta","id":"2"/)
  t.ok(streamed.endsWith('data: [DONE]\n\n'))
  t.match(JSON.parse(accepted), { taskId: String, streamUrl: String })
  t.ok(watched.endsWith('data: [DONE]\n\n'))
  t.match(JSON.parse(records), {
    items: [{ id: JSON.parse(accepted).taskId, versions: [{ output: 0 }, { output: 1 }] }],
  })
})

t.test('the other commands exist', async t => {
  const scripts = Object.keys(JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).scripts)
  for (const [, name] of readme.matchAll(/`npm run ([\w:]+)`/g))
    t.ok(scripts.includes(name as string), `npm run ${name}`)
})
