import t from 'tap'
import { startConch, temporaryFolder } from './support/conch.ts'
import { curlBlocksOf, runBlock, runnableDocuments } from './support/readme-commands.ts'

/** What the documents must show, and what the server must answer to it: at least one block of some document is of each. */
const shown: Record<string, { block: RegExp; output: RegExp }> = {
  'a record that streams': { block: /api\/records\b.*event-stream/s, output: /"text-delta".*data: \[DONE\]\n\n$/s },
  'a diary review': { block: /api\/reviews\b/, output: /"text-delta"|"taskId":"/ },
  'a message of a conversation': { block: /\/messages"/, output: /"text-delta".*data: \[DONE\]/s },
  'a quiz that is taken': { block: /\/attempts"/, output: /"total":\d+,.*"results":\[/s },
  'a search': { block: /api\/library.*q=/s, output: /\{"items":\[.*"nextCursor":(null|"\S+")\}/s },
  'a request that is sent again': { block: /Idempotency-Key/, output: /"taskId":"([^"]+)".*"taskId":"\1"/s },
  'the notifications': { block: /api\/notifications\b/, output: /"unread":\d/ },
}

const operatorToken = 'an-operator-token-of-the-documents'

t.test('the curl lines of the documents work as they are written', async t => {
  const { url } = await startConch(t, { DEMO_TOKENS_PER_SECOND: '100000', OPERATOR_TOKEN: operatorToken })
  const ran: { block: string; output: string }[] = []
  for (const document of runnableDocuments) {
    await t.test(document, async t => {
      const blocks = curlBlocksOf(document)
      t.ok(blocks.length > 0, 'it has some')
      const folder = await temporaryFolder(t)
      for (const block of blocks) {
        const output = await runBlock(block, { url, folder, operatorToken })
        ran.push({ block, output })
        // A refusal that a document shows on purpose is announced in a comment of its block, by its status.
        for (const [, status = ''] of output.matchAll(/"status":([45]\d\d)\b/g))
          t.match(block, new RegExp(`#.*\\b${status}\\b`), `${block}answers ${output}`)
        if (followsTask(block)) t.match(output, /data: \[DONE\]\n\n/, `${block}streams to the end`)
      }
    })
  }
  for (const [name, { block, output }] of Object.entries(shown)) {
    const outputs = ran.filter(one => block.test(one.block)).map(one => one.output)
    t.ok(
      outputs.some(text => output.test(text)),
      `a document shows ${name}`,
      { outputs },
    )
  }
})

/** Whether a block has the stream of a task, which ends by itself, unlike that of an owner. */
function followsTask(block: string): boolean {
  return /text\/event-stream|streamUrl\)"|\/api\/tasks\/\S+\/events/.test(block)
}
