import { readFile } from 'node:fs/promises'
import t from 'tap'
import { configurationTable } from '../src/config/read-config.ts'
import { startConch, temporaryFolder } from './support/conch.ts'
import { curlBlocks, readme, runBlock } from './support/readme-commands.ts'

t.test('the table of settings is that of the code', async t => {
  const rows = configurationTable.map(({ name, default: value, description }) => {
    return `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${description} |`
  })
  const table = ['| variable | default | |', '|---|---|---|', ...rows].join('\n')
  const written = /<!-- configuration.*?-->\n(.*?)<!-- \/configuration -->/s.exec(readme)?.[1]?.trim()
  t.equal(written, table)
})

t.test('every curl line works as it is written, for every kind', async t => {
  const conch = await startConch(t, { DEMO_TOKENS_PER_SECOND: '100000' })
  const folder = await temporaryFolder(t)
  const outputs: string[] = []
  for (const block of curlBlocks) outputs.push(await runBlock(block, conch.url, folder))
  t.equal(outputs.length, 13)
  const [
    record,
    review,
    accepted,
    watched,
    records,
    begun,
    reply,
    conversation,
    quiz,
    taken,
    library,
    twice,
    notified,
  ] = outputs as [string] & string[]
  for (const stream of [record, review, watched, reply]) t.match(stream, /"type":"text-delta".*data: \[DONE\]\n\n$/s)
  t.match(record, /"type":"text-delta","id":"2"/)
  t.match(JSON.parse(accepted ?? ''), { taskId: String, streamUrl: String })
  t.match(JSON.parse(records ?? ''), {
    items: [{ id: JSON.parse(accepted ?? '').taskId, versions: [{ output: 0 }, { output: 1 }] }],
  })
  t.match(conversation, `{"id":"${JSON.parse(begun ?? '').id}"`)
  t.match(conversation, /"role":"assistant".*"pending":[01]/)
  t.match(JSON.parse(quiz ?? ''), { taskId: String })
  t.match(library, /^\{"items":\[.*"nextCursor":(null|"\S+")\}\{"items":\[/)
  const once = String(twice).slice(0, String(twice).length / 2)
  t.match(JSON.parse(once), { taskId: String })
  t.equal(twice, once + once)
  t.match(taken, /"data-question".*data: \[DONE\].*"questions":\[.*"total":3,.*"results":\[/s)
  t.match(notified, /"unread":\d.*"channels":\["in-app"/s)
})

t.test('the other commands exist', async t => {
  const scripts = Object.keys(JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).scripts)
  for (const [, name] of readme.matchAll(/`npm run ([\w:]+)`/g))
    t.ok(scripts.includes(name as string), `npm run ${name}`)
})
