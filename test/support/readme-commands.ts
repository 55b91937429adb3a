import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The README as it stands. */
export const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')

/** Its blocks of shell commands that send requests to a server, as they are written. */
export const curlBlocks: readonly string[] = Array.from(
  readme.matchAll(/```sh\n(.*?)```/gs),
  ([, block]) => block as string,
).filter(block => block.includes('curl '))

/**
 * Runs a block as a reader in `folder` would, but for the address of the server.
 *
 * @throws when a command fails
 */
export async function runBlock(block: string, url: string, folder: string): Promise<string> {
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', block.replaceAll('http://localhost:3000', url)], {
    cwd: folder,
  })
  return stdout
}
