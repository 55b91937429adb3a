import fs from 'node:fs'

/** Keeps the thread that it is loaded into from writing to any file while the file that marks the disk as full is there. */
const { writeSync } = fs
const mark = process.env.CONCH_TEST_FULL_DISK
if (mark) {
  fs.writeSync = ((fd: number, ...rest: [string]) => {
    if (fd <= 2 || !fs.existsSync(mark)) return writeSync(fd, ...rest)
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
  }) as typeof fs.writeSync
}
