import { type Worker, workerData } from 'node:worker_threads'

// Imported into a server (`--import`): on SIGUSR2, the thread of its embedded database ends, as it would by a fault of its own.
if (!workerData) {
  const threads: Worker[] = []
  process.on('worker', (worker: Worker) => void threads.push(worker))
  process.on('SIGUSR2', () => {
    for (const thread of threads) void thread.terminate()
  })
}
