import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { temporaryRoot } from './temporary-root.ts'

const sweepFile = fileURLToPath(new URL('./sweep.ts', import.meta.url))

/**
 * Removes the processes and folders of a test, however it ends: a timeout of the test runner kills the test's process,
 * and no teardown runs then. A small process beside it notices that, and removes them.
 */
export class Sweeper {
  readonly #process: ChildProcess

  constructor(t: Pick<Test, 'teardown'>) {
    // Detached: a Ctrl-C is for the test, whose end it waits for.
    this.#process = spawn(process.execPath, [sweepFile], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] })
    t.teardown(() => this.#sweep())
  }

  /** Kills this process at the end, if it has not ended by then. */
  watch(child: ChildProcess): void {
    if (child.exitCode !== null || child.signalCode !== null) return
    this.#send({ began: child.pid })
    child.once('exit', () => this.#send({ ended: child.pid }))
  }

  /** A new folder, removed at the end, after the processes. */
  async folder(): Promise<string> {
    const folder = await mkdtemp(join(temporaryRoot, 'conch-test-'))
    this.#send({ folder })
    return folder
  }

  #send(what: object): void {
    if (this.#process.stdin?.writable) this.#process.stdin.write(`${JSON.stringify(what)}\n`)
  }

  async #sweep(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.stdin?.end()
    await ended
  }
}
