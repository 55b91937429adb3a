import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { compileCache } from './compile-cache.ts'

const serverFile = fileURLToPath(new URL('../../src/server.ts', import.meta.url))

export interface ServerProcess {
  /** Where it listens. */
  url: string
  pid: number
  child: ChildProcess
  /** Resolves with the exit code, or the signal that ended it. */
  exited: Promise<number | string>
  /** All that it has printed. */
  output(): string
  kill(signal: NodeJS.Signals): Promise<number | string>
}

/**
 * Starts the server as a process of its own, as `npm start` does, but with the pages as they are: to bundle them takes half a
 * second of processor time, and few tests look at them; those set `PAGES`. `env` is all of its other environment but PATH; `file`
 * is the program, for a server of another checkout.
 *
 * @param openFiles the most files and sockets that it may have open
 * @throws with its output, when it ends before it listens
 */
export async function startServer(
  env: Record<string, string>,
  { openFiles, file = serverFile }: { openFiles?: number; file?: string } = {},
): Promise<ServerProcess> {
  const command = [process.execPath, file]
  const [program = '', ...args] = openFiles
    ? ['sh', '-c', `ulimit -n ${openFiles} && exec "$@"`, 'sh', ...command]
    : command
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH ?? '', PORT: '0', PAGES: 'source', ...compileCache, ...env },
    // Another folder than the checkout, so that no .env of a developer is read.
    cwd: env.DATA_DIR,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stderr?.on('data', text => {
    output += text
  })
  const exited = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | string)
  const listening = new Promise<string>(resolve => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => {
      output += `${line}\n`
      const url = /Server listening at (http:[^"]+)/.exec(line)?.[1]
      if (url) resolve(url)
    })
  })
  const url = await Promise.race([
    listening,
    exited.then(how => {
      throw new Error(`the server ended (${how}):\n${output}`)
    }),
  ])
  return {
    url,
    pid: child.pid as number,
    child,
    exited,
    output: () => output,
    kill: signal => {
      child.kill(signal)
      return exited
    },
  }
}
