import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Less than this counts as a full disk: the check below writes this much. */
const leastBytes = 1_048_576

/**
 * Statements that fail with 53100 while the disk of the database is full, although they change nothing: they write 1 MB
 * to a temporary file, which is removed when they end. 1 ms with Postgres, 2 ms in the embedded database.
 *
 * Reading goes on when a disk is full, and a small row may still fit in an existing page.
 */
export const roomCheck = `
  set local work_mem = '64kB';
  with aside as materialized (select repeat('x', 8192) as filling from generate_series(1, ${leastBytes / 8192}))
  select count(*) from aside`

/** SQLSTATE when the settings of Postgres (`temp_file_limit`) allow no such file: it means nothing about the disk. */
const notAllowed = '53400'

/**
 * Checks that the database works and has room: runs `roomCheck`. @throws the database's error, 53100 when the disk is
 * full
 */
export async function checkRoom(run: (statements: string) => Promise<unknown>): Promise<void> {
  try {
    await run(roomCheck)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === notAllowed) return
    throw error
  }
}

/**
 * Why the embedded database in `folder` could not be opened. On a full disk PGlite fails without naming it, or throws a
 * value that is no Error.
 */
export async function openingFault(folder: string, cause: unknown): Promise<Error> {
  const { bavail, bsize } = await statfs(dirname(folder))
  if (bavail * bsize < leastBytes) {
    const full = new Error(`the disk is full: there is no room for the embedded database in ${folder}`, { cause })
    return Object.assign(full, { code: 'ENOSPC', syscall: 'write' })
  }
  return cause instanceof Error ? cause : new Error('the embedded database could not be opened', { cause })
}
