import { mkdirSync, statSync } from 'node:fs'

/**
 * Makes a folder for what this process will run, or serve as its own, if it is not there. False when it cannot be used: it cannot
 * be made, belongs to another user, or others may write to it, whose code would then run here.
 */
export function isOwnFolder(path: string): boolean {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const { uid, mode } = statSync(path)
    return uid === process.geteuid?.() && (mode & 0o022) === 0
  } catch {
    return false
  }
}
