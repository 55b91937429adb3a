/** With `--import` and `--expose-gc`: who measures the memory of a process can have its garbage collected first. */
process.on('SIGUSR2', () => globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' }))
