import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The documents whose shell commands run as they are written, each from its first block to its last. */
export const runnableDocuments = [
  'README.md',
  'docs/getting-started.md',
  'docs/http-api.md',
  'docs/protocol.md',
  'docs/search.md',
  'docs/notifications.md',
] as const

/**
 * The blocks of shell commands in a document that ask a server for something, in their order. Blocks that install or start
 * something, such as `npm ci && npm start`, hold no curl.
 *
 * @param document relative to the repository
 * @throws when there is no such document
 */
export function curlBlocksOf(document: string): readonly string[] {
  const text = readFileSync(fileURLToPath(new URL(`../../${document}`, import.meta.url)), 'utf8')
  return Array.from(text.matchAll(/```sh\n(.*?)```/gs), ([, block]) => block as string).filter(block =>
    block.includes('curl '),
  )
}

/**
 * Runs a block as a reader who stands in `folder` would, but for the address of the server and, where `operatorToken` is given,
 * the token that an operator has in the environment.
 *
 * @throws when a command fails
 */
export async function runBlock(
  block: string,
  { url, folder, operatorToken = '' }: { url: string; folder: string; operatorToken?: string },
): Promise<string> {
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', block.replaceAll('http://localhost:3000', url)], {
    cwd: folder,
    env: { ...process.env, OPERATOR_TOKEN: operatorToken },
  })
  return stdout
}
