import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { curlBlocks, runBlock } from './support/readme-commands.ts'
import { startServer } from './support/server-process.ts'

/**
 * `npm run try`: every curl line of the README, one after the other, on a server of its own with the demo model; or on
 * the one at the address that is given, `npm run try -- http://localhost:3000`.
 */
const folder = await mkdtemp(join(tmpdir(), 'conch-try-'))
const given = process.argv[2]
const server = given ? undefined : await startServer({ DATA_DIR: folder })
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, async () => {
    await leave()
    process.exit(1)
  })
try {
  for (const block of curlBlocks) {
    console.log(block.replace(/^/gm, '$ ').replace(/\$ $/, ''))
    console.log(await runBlock(block, (given ?? server?.url ?? '').replace(/\/$/, ''), folder))
  }
} finally {
  await leave()
}

/** Leaves nothing behind, however it ends. */
async function leave(): Promise<void> {
  await server?.kill('SIGTERM')
  await rm(folder, { recursive: true, force: true })
}
