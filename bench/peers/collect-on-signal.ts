/** For `--import` and `--expose-gc`: lets the bench trigger a garbage collection before it measures a process's memory. */
process.on('SIGUSR2', () => globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' }))
