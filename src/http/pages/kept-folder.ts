import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isOwnFolder } from '../../base/own-folder.ts'

/** Files that take long to make, kept from start to start under names that change with what they are made of. */
export class KeptFolder {
  readonly #path: string

  private constructor(path: string) {
    this.#path = path
  }

  /** @returns undefined where nothing can be kept: see `isOwnFolder` */
  static at(path: string): KeptFolder | undefined {
    return isOwnFolder(path) ? new KeptFolder(path) : undefined
  }

  /**
   * The file of this name, or what `make` makes, which is then kept in place of the file before: of each kind, the part of the name
   * before its `-`, there is one. A folder that cannot be read or written is as none.
   */
  async file(name: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const path = join(this.#path, name)
    const there = await readFile(path).catch(() => undefined)
    // An empty one was cut off by a power failure.
    if (there && there.length > 0) return there
    const made = await make()
    await this.#keep(name, made).catch(() => {})
    return made
  }

  async #keep(name: string, content: Buffer): Promise<void> {
    const fresh = join(this.#path, `${name}.${process.pid}`)
    await writeFile(fresh, content, { mode: 0o600 })
    await rename(fresh, join(this.#path, name))
    const [kind] = name.split('-')
    const old = (await readdir(this.#path)).filter(other => other.split('-')[0] === kind && other !== name)
    await Promise.all(old.map(other => rm(join(this.#path, other), { force: true })))
  }
}
