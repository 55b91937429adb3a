import { setTimeout as delay } from 'node:timers/promises'
import { cpuMicros, privateBytes } from './cores.ts'

/** Bytes that a process holds. */
export interface Memory {
  /** In V8's heap. */
  heap: number
  /** Outside of the heap, but kept by objects in it: buffers. */
  external: number
  /** Private to the process: these and everything else, such as free space in the heap. */
  private: number
}

/** For `NODE_OPTIONS` of a process whose memory is to be measured. */
export function inspectedAt(port: number): string {
  return `--inspect=127.0.0.1:${port}`
}

/** The memory of a process that listens for an inspector, after a garbage collection. */
export async function memoryOf({ pid, inspectorPort }: { pid: number; inspectorPort: number }): Promise<Memory> {
  const inspector = await Inspector.attach(inspectorPort)
  try {
    // Again for objects that finalizers release.
    for (let time = 0; time < 3; time++) {
      await inspector.call('HeapProfiler.collectGarbage')
      await delay(200)
    }
    const { result } = await inspector.call('Runtime.evaluate', {
      expression: 'JSON.stringify(process.memoryUsage())',
    })
    const { heapUsed, external } = JSON.parse((result as { value: string }).value)
    return { heap: heapUsed, external, private: privateBytes([pid]) }
  } finally {
    inspector.close()
  }
}

/** Processor time in a second that counts as idle. The thread that takes a profile uses some by itself. */
const idleMicros = process.env.PROFILE ? 200_000 : 20_000

/** Resolves when a process was idle for a second. */
export async function idle(pid: number): Promise<void> {
  for (let last = 0, now = cpuMicros([pid]); now - last > idleMicros; last = now, now = cpuMicros([pid]))
    await delay(1000)
}

/** The part of the protocol of Node's inspector that the bench needs. */
class Inspector {
  readonly #socket: WebSocket
  readonly #calls = new Map<number, PromiseWithResolvers<Record<string, unknown>>>()
  #lastCall = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error } = JSON.parse(data)
      if (error) this.#calls.get(id)?.reject(new Error(error.message))
      else this.#calls.get(id)?.resolve(result)
      this.#calls.delete(id)
    })
    socket.addEventListener('close', () => {
      for (const { reject } of this.#calls.values()) reject(new Error('the inspected process has ended'))
    })
  }

  static async attach(port: number): Promise<Inspector> {
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      webSocketDebuggerUrl: string
    }[]
    const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '')
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', reject)
    })
    return new Inspector(socket)
  }

  call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#lastCall
    const answer = Promise.withResolvers<Record<string, unknown>>()
    this.#calls.set(id, answer)
    this.#socket.send(JSON.stringify({ id, method, params }))
    return answer.promise
  }

  close(): void {
    this.#socket.close()
  }
}
