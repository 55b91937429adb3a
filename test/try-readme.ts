import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { curlBlocksOf, runBlock, runnableDocuments } from './support/readme-commands.ts'
import { startServer } from './support/server-process.ts'

/**
 * `npm run try`: every curl line of the README and the documents, one after the other, on a server of its own with the demo
 * model; or on the one at the address that is given, `npm run try -- http://localhost:3000`, with its `OPERATOR_TOKEN`.
 */
const folder = await mkdtemp(join(tmpdir(), 'conch-try-'))
const given = process.argv[2]
const operatorToken = process.env.OPERATOR_TOKEN || 'an-operator-token-of-the-documents'
const server = given
  ? undefined
  : await startServer({ DATA_DIR: folder, OPERATOR_TOKEN: operatorToken, PAGES: 'bundled' })
const url = (given ?? server?.url ?? '').replace(/\/$/, '')
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, async () => {
    await leave()
    process.exit(1)
  })
try {
  for (const document of runnableDocuments) {
    console.log(`# ${document}\n`)
    for (const block of curlBlocksOf(document)) {
      console.log(block.replace(/^/gm, '$ ').replace(/\$ $/, ''))
      console.log(await runBlock(block, { url, folder, operatorToken }))
    }
  }
} finally {
  await leave()
}

/** Leaves nothing behind, however it ends. */
async function leave(): Promise<void> {
  await server?.kill('SIGTERM')
  await rm(folder, { recursive: true, force: true })
}
