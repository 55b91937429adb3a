import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** The measured processes run on the first core alone; their load, models and clients, on the second. */
const serverCore = 0
const loadCore = 1

/**
 * Pins a process, with all its threads and children, to the core of the measured processes. With `PROFILE` only its
 * main thread: a sampling thread on the same core gets its turn mostly when the main thread sleeps, and sees it idle.
 */
export function pinServer(pid: number): void {
  pin(pid, serverCore, process.env.PROFILE ? [] : ['--all-tasks'])
}

/** Keeps this process on the core of the load. */
export function pinLoad(): void {
  pin(process.pid, loadCore)
}

function pin(pid: number, core: number, which = ['--all-tasks']): void {
  if (cpus().length < 2) throw new Error('a bench needs two cores: one for the server, one for its load')
  execFileSync('taskset', [...which, '--cpu-list', '--pid', String(core), String(pid)], { stdio: 'pipe' })
}

/** A process with its children, as nginx is. */
export function family(pid: number): number[] {
  const children = readdirSync('/proc').filter(entry => /^\d+$/.test(entry) && parentOf(entry) === pid)
  return [pid, ...children.map(Number)]
}

/**
 * Microseconds of processor time, of all threads, in user and kernel mode, that processes have used so far; a thread that has
 * ended is not counted. From the scheduler, to the nanosecond: /proc/<pid>/stat counts in hundredths of a second.
 */
export function cpuMicros(pids: readonly number[]): number {
  let nanos = 0
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanos += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
    }
  }
  return nanos / 1000
}

/** Bytes of memory that belong to these processes alone: what the machine would get back if they ended. */
export function privateBytes(pids: readonly number[]): number {
  let kilobytes = 0
  for (const pid of pids) {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    for (const [, found] of rollup.matchAll(/^Private_\w+: +(\d+) kB$/gm)) kilobytes += Number(found)
  }
  return kilobytes * 1024
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(statFields(pid)[1])
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}

/** From the third field of /proc/<pid>/stat on: the second, the command's name, may hold anything. */
function statFields(pid: string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
