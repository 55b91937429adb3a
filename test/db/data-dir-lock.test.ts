import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { PathLike } from 'node:fs'
import * as fs from 'node:fs/promises'
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { DataDirLocked, lockDataDir } from '../../src/db/data-dir-lock.ts'

const script = `
  import { lockDataDir } from ${JSON.stringify(new URL('../../src/db/data-dir-lock.ts', import.meta.url).href)}
  try {
    await lockDataDir(process.argv[1])
    console.log('locked')
  } catch (error) {
    console.log(error.code, error.pid)
  }
`

/** A process that tries to lock `dataDir`, and what it printed. With the lock it stays, else it ends. */
async function contender(t: Test, dataDir: string): Promise<{ process: ChildProcess; pid: number; said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => kill(child))
  const [said] = await once(createInterface(child.stdout), 'line')
  return { process: child, pid: child.pid ?? 0, said }
}

/** Returns when the process is gone. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** Not in tap's own folder, whose path is too long for a socket: that case has its own test. */
async function folderOf(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lock-test-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

const dataDirOf = async (t: Test) => join(await folderOf(t), 'data')
const locked = { code: 'DATA_DIR_LOCKED' }

t.test('a second process is refused with the pid of the first one', async t => {
  const dataDir = await dataDirOf(t)
  const first = await contender(t, dataDir)
  t.equal(first.said, 'locked')
  t.equal((await contender(t, dataDir)).said, `DATA_DIR_LOCKED ${first.pid}`)
  await t.rejects(lockDataDir(dataDir), { ...locked, pid: first.pid, message: new RegExp(`process ${first.pid}$`) })
})

t.test('after kill -9 of its owner the folder is free at once', async t => {
  const dataDir = await dataDirOf(t)
  for (let round = 0; round < 3; round++) {
    const owner = await contender(t, dataDir)
    t.equal(owner.said, 'locked')
    await kill(owner.process)
  }
  await (await lockDataDir(dataDir)).release()
})

t.test('of 20 processes that start at once exactly one gets the folder, and the others name it', async t => {
  const dataDir = await dataDirOf(t)
  for (const before of ['a new folder', 'a folder whose owner was killed']) {
    const all = await Promise.all(Array.from({ length: 20 }, () => contender(t, dataDir)))
    const winners = all.filter(({ said }) => said === 'locked')
    t.equal(winners.length, 1, before)
    t.equal(all.filter(({ said }) => said === `DATA_DIR_LOCKED ${winners[0]?.pid}`).length, 19)
    for (const { process } of winners) await kill(process)
  }
})

t.test('however locks and releases interleave, there are never two owners', async t => {
  const dataDir = await dataDirOf(t)
  let owners = 0
  let taken = 0
  const worker = async () => {
    while (taken < 60) {
      try {
        const lock = await lockDataDir(dataDir)
        taken++
        if (++owners > 1) t.fail('two owners')
        await setImmediate()
        owners--
        await lock.release()
      } catch (error) {
        if (!(error instanceof DataDirLocked)) throw error
      }
    }
  }
  await Promise.all(Array.from({ length: 20 }, worker))
  t.equal(owners, 0)
})

t.test('a process that listed the folder long ago and only now takes a number has come too late', async t => {
  const dataDir = await dataDirOf(t)
  await (await lockDataDir(dataDir)).release()
  const owner = await lockDataDir(dataDir)
  t.teardown(() => owner.release())
  let looked = false
  const readdirOnceOutdated = async (path: PathLike) => {
    if (looked) return readdir(path)
    looked = true
    return []
  }
  const slow = await t.mockImport<typeof import('../../src/db/data-dir-lock.ts')>('../../src/db/data-dir-lock.ts', {
    'node:fs/promises': t.createMock(fs, { readdir: readdirOnceOutdated }),
  })
  await t.rejects(slow.lockDataDir(dataDir), { ...locked, pid: process.pid })
  t.ok(looked)
})

t.test('an owner that is stopped keeps the folder, and is named', async t => {
  const dataDir = await dataDirOf(t)
  const owner = await contender(t, dataDir)
  owner.process.kill('SIGSTOP')
  await t.rejects(lockDataDir(dataDir), { ...locked, pid: owner.pid })
})

t.test('an owner that only hangs up keeps the folder', async t => {
  const dataDir = await dataDirOf(t)
  await mkdir(join(dataDir, 'lock'), { recursive: true })
  const server = createServer(socket => socket.destroy()).listen(join(dataDir, 'lock', '1'))
  t.teardown(() => server.close())
  await once(server, 'listening')
  await t.rejects(lockDataDir(dataDir), { ...locked, pid: undefined, message: /does not answer/ })
})

t.test('one process cannot lock a folder twice', async t => {
  const dataDir = await dataDirOf(t)
  const lock = await lockDataDir(dataDir)
  await t.rejects(lockDataDir(dataDir), { ...locked, pid: process.pid })
  await lock.release()
})

t.test('a symbolic link to the folder is the same lock', async t => {
  const dataDir = await dataDirOf(t)
  const lock = await lockDataDir(dataDir)
  await symlink(dataDir, `${dataDir}-link`)
  await t.rejects(lockDataDir(`${dataDir}-link`), locked)
  await lock.release()
})

t.test('another folder is another lock', async t => {
  const dataDir = await dataDirOf(t)
  const locks = [await lockDataDir(dataDir), await lockDataDir(`${dataDir}-2`)]
  await t.rejects(lockDataDir(dataDir), locked)
  for (const lock of locks) await lock.release()
})

t.test('a released folder is free, and releasing it again changes nothing', async t => {
  const dataDir = await dataDirOf(t)
  const first = await lockDataDir(dataDir)
  await Promise.all([first.release(), first.release()])
  const second = await lockDataDir(dataDir)
  await first.release()
  await t.rejects(lockDataDir(dataDir), locked)
  await second.release()
})

t.test('locking over and over leaves no more files behind than once', async t => {
  const dataDir = await dataDirOf(t)
  for (let round = 0; round < 5; round++) await (await lockDataDir(dataDir)).release()
  t.same(await readdir(dataDir), ['lock'])
  t.same((await readdir(join(dataDir, 'lock'))).sort(), ['5', 'owner'])
})

t.test('a folder with a long path can be locked, and nothing stays in the folder for temporary files', async t => {
  const temporary = await folderOf(t)
  const { TMPDIR } = process.env
  t.teardown(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
  const dataDir = join(await dataDirOf(t), 'x'.repeat(200), '한국어')
  process.env.TMPDIR = temporary
  const lock = await lockDataDir(dataDir)
  await t.rejects(lockDataDir(dataDir), { ...locked, pid: process.pid })
  await lock.release()
  await (await lockDataDir(dataDir)).release()
  t.same(await readdir(temporary), [])
})
