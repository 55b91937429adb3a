import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compileCache } from './compile-cache.ts'

export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a file of src as a process of its own, as an npm script does. `env` is all of its environment but PATH. */
export function runCommand(file: string, env: Record<string, string> & { DATA_DIR: string }): Promise<CommandResult> {
  return new Promise(resolve => {
    const child = execFile(
      process.execPath,
      [fileURLToPath(new URL(`../../src/cli/${file}`, import.meta.url))],
      // Another folder than the checkout, so that no .env of a developer is read.
      { env: { PATH: process.env.PATH ?? '', ...compileCache, ...env }, cwd: env.DATA_DIR },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}
