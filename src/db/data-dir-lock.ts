import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { link, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface DataDirLock {
  /** Idempotent. The next process can lock the folder as soon as this has resolved. */
  release(): Promise<void>
}

/** Another process, or this one, holds the folder. */
export class DataDirLocked extends Error {
  override readonly name = 'DataDirLocked'
  readonly code = 'DATA_DIR_LOCKED'
  /** Undefined only if the owner was stopped while it took the lock. */
  readonly pid: number | undefined

  constructor(dataDir: string, pid: number | undefined) {
    super(`${dataDir} is in use by ${pid ? `process ${pid}` : 'a process that does not answer'}`)
    this.pid = pid
  }
}

/** An owner may be stopped or very busy. The start of a second process must still end within a second. */
const answerTimeoutMs = 500

/**
 * How often an owner may hang up without an answer, as it does when it dies at that moment, before it counts as alive.
 */
const maxHangUps = 20

/**
 * Makes sure that one process at a time uses `dataDir`, which is made (mode 0700) if missing.
 *
 * Throws `DataDirLocked` within a second if the folder is taken. A folder whose owner died, however it died, is free at
 * once: the lock is a listening unix socket, which the kernel closes with its process, so there is no stale lock, and
 * neither reused pids nor zombies confuse it.
 *
 * A socket's file stays behind, though, and to unlink a dead one can always hit the new one of a faster process. So no
 * name is used twice: the sockets are `lock/1`, `lock/2` ..., the highest number is the lock, and its file is never
 * removed, not even on release. To take it: find the highest dead, let a socket listen under a draft name, `link()` it
 * to the next number (which fails if that exists, and shows the socket only once it answers), and list the folder
 * again: if it has a higher number, one's own came too late and is void. While an owner lives, its number is the
 * highest, since no process finds it dead: two owners cannot be. Only a new owner removes lower numbers and drafts.
 *
 * Not an abstract socket (`\0name`), simple as it would be: it is seen within one network namespace only, so two
 * containers could open the same volume; any user could take the name; and macOS has none. Files of sockets work across
 * containers. They do not across machines: a folder on a network file system is not protected.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  await mkdir(join(dataDir, 'lock'), { recursive: true, mode: 0o700 })
  await using folder = await shortPath(await realpath(join(dataDir, 'lock')))
  for (let hangUps = 0; ; ) {
    const newest = highest(await readdir(folder.path))
    const owner = newest > 0 ? await ask(join(folder.path, `${newest}`)) : { kind: 'none' as const }
    if (owner.kind === 'hung-up' && ++hangUps < maxHangUps) continue
    if (owner.kind !== 'none') throw new DataDirLocked(dataDir, owner.pid ?? (await writtenPid(folder.path, newest)))
    const server = await take(folder.path, newest + 1)
    if (server) return { release: () => close(server) }
  }
}

type Owner = { kind: 'none' } | { kind: 'alive' | 'hung-up'; pid?: number }

async function ask(path: string): Promise<Owner> {
  const signal = AbortSignal.timeout(answerTimeoutMs)
  const socket = connect({ path, signal }).setEncoding('latin1')
  let connected = false
  socket.once('connect', () => {
    connected = true
  })
  let answer = ''
  try {
    for await (const text of socket) answer += text
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return { kind: 'none' }
    // Only after the connection is known to have worked or not: this process may itself have been busy for that long.
    if (signal.aborted) return { kind: connected ? 'alive' : 'hung-up' }
    // The backlog of an owner that does not accept is full.
    if (code === 'EAGAIN') return { kind: 'alive' }
    if (code !== 'ECONNRESET' && code !== 'EPIPE') throw error
  }
  return /^\d+\n$/.test(answer) ? { kind: 'alive', pid: Number(answer) } : { kind: 'hung-up' }
}

/** The pid that an owner wrote down when it took the lock, for when it cannot answer. */
async function writtenPid(folder: string, number: number): Promise<number | undefined> {
  const text = await readFile(join(folder, 'owner'), 'utf8').catch(() => '')
  const [lock, pid] = text.split(' ').map(Number)
  return lock === number && text.endsWith('\n') ? pid : undefined
}

/** Takes the lock's socket; undefined if another process was faster. */
async function take(folder: string, number: number): Promise<Server | undefined> {
  const server = createServer(socket => {
    // The asking process may disconnect before the answer.
    socket.on('error', () => socket.destroy())
    socket.end(`${process.pid}\n`, () => socket.destroy())
  })
  const draft = join(folder, `draft-${randomBytes(6).toString('hex')}`)
  await once(server.listen(draft), 'listening')
  // A connection that could not be accepted: the asking process sees all the same that the lock is held.
  server.on('error', () => {})
  try {
    await link(draft, join(folder, `${number}`))
    const names = await readdir(folder)
    if (highest(names) === number) {
      const old = names.filter(name => name !== `${number}`)
      await Promise.all(old.map(name => rm(join(folder, name), { force: true })))
      await writeFile(join(folder, 'owner'), `${number} ${process.pid}\n`)
      return server
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // The number was taken, or a new owner removed the draft.
    if (code !== 'EEXIST' && code !== 'ENOENT') {
      await close(server)
      throw error
    }
  }
  await close(server)
  return undefined
}

function highest(names: string[]): number {
  return Math.max(0, ...names.filter(name => /^[1-9]\d*$/.test(name)).map(Number))
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  await once(server, 'close')
}

/** The address of a unix socket has 104 bytes on macOS and 108 on Linux. A longer folder is reached by a symbolic link. */
async function shortPath(folder: string): Promise<AsyncDisposable & { path: string }> {
  if (Buffer.byteLength(folder) <= 80) return { path: folder, async [Symbol.asyncDispose]() {} }
  const parent = await mkdtemp(join(tmpdir(), 'conch-'))
  const path = join(parent, 'lock')
  await symlink(folder, path)
  return { path, [Symbol.asyncDispose]: () => rm(parent, { recursive: true }) }
}
