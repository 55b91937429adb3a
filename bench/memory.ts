import { Agent } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Test } from 'tap'
import { anyRecord } from '../test/support/any-record.ts'
import { freePort } from '../test/support/free-port.ts'
import { withContext } from './support/context.ts'
import { pinLoad } from './support/cores.ts'
import { send } from './support/load.ts'
import { report } from './support/measure.ts'
import { idle, inspectedAt, type Memory, memoryOf } from './support/memory.ts'
import { Model, plainToken } from './support/model.ts'
import { startConch, startPeer } from './support/subjects.ts'

const tasks = Number(process.env.TASKS ?? 2_000)
const outputs = 3
const pace = { tokens: 500, perSecond: Number(process.env.PER_SECOND ?? 8), pauses: true }
const text = Array.from({ length: pace.tokens }, plainToken).join('')
/** Tasks that run before the measurement, and are then removed. */
const warmUpTasks = 50
/** Concurrent POSTs. */
const clients = 20

/**
 * Memory of a running task: three texts of 500 tokens have come, one delta for each token, and the model is silent for a
 * while. The figure is the memory with 2,000 of them, less the memory with none, after a garbage collection each. Some of the
 * texts are compared with what the model sent.
 *
 * Beside it, a server that only holds as many streams of the model: the cost of sockets, parsers and streams alone.
 */
await withContext(async t => {
  pinLoad()
  const model = await Model.start(t)
  const conch = await measureConch(t, model)
  const bare = await measureBare(t, model)
  const textBytes = outputs * Buffer.byteLength(text)
  const most = 3 * textBytes + 8 * 1024
  await report(
    'memory',
    Object.entries({ Conch: conch, 'bare streams': bare, 'Conch without them': less(conch, bare) }).map(
      ([name, memory]) => ({
        'per task of three outputs': name,
        'heap (KB)': kilobytes(memory.heap),
        'external (KB)': kilobytes(memory.external),
        'heap and external (KB)': kilobytes(memory.heap + memory.external),
        'private (KB)': kilobytes(memory.private),
        'text (KB)': kilobytes(textBytes),
        '3 texts + 8 KB': kilobytes(most),
      }),
    ),
  )
})

/** Memory of one task. */
async function measureConch(t: Test, model: Model): Promise<Memory> {
  const inspectorPort = await freePort()
  const { url, pid } = await startConch(t, {
    env: {
      NODE_OPTIONS: inspectedAt(inspectorPort),
      OPENAI_BASE_URL: model.baseUrl,
      // The queue takes a task only if five outputs would fit.
      MAX_RUNNING_OUTPUTS: String(tasks * outputs + 5),
      UPSTREAM_IDLE_SECONDS: '600',
      UPSTREAM_KEEP_ALIVE_IDLE_SECONDS: '1',
    },
  })
  const agent = new Agent({ keepAlive: true })
  const first = await send(`${url}/api/tasks`, { agent })
  const cookie = first.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  first.resume()
  const ask = async (path: string, options: object = {}) =>
    send(`${url}${path}`, { agent, headers: { cookie }, ...options })
  const read = async (id: string) =>
    (await json(await ask(`/api/tasks/${id}`))) as { status: string; outputs: { text: string }[] }

  async function submit(count: number): Promise<string[]> {
    const ids: string[] = []
    let left = count
    const client = async () => {
      while (left-- > 0)
        ids.push(((await json(await ask('/api/records', { body: anyRecord }))) as { taskId: string }).taskId)
    }
    await Promise.all(Array.from({ length: clients }, client))
    return ids
  }

  model.pace = { tokens: pace.tokens }
  const warmedUp = await submit(warmUpTasks)
  await idle(pid)
  for (const id of warmedUp) {
    if ((await read(id)).status !== 'completed') throw new Error(`${id} did not end`)
    ;(await ask(`/api/records/${id}`, { method: 'DELETE' })).resume()
  }
  await idle(pid)
  const none = await memoryOf({ pid, inspectorPort })
  model.pace = pace
  const ids = await submit(tasks)
  await idle(pid)
  const all = await memoryOf({ pid, inspectorPort })
  for (const id of ids.filter((_, index) => index % 50 === 0)) {
    const task = await read(id)
    if (task.status !== 'running' || task.outputs.some(output => output.text !== text))
      throw new Error(`${id}: another text than was sent`)
  }
  agent.destroy()
  return each(less(all, none))
}

/** Memory of as many streams as a task has outputs. */
async function measureBare(t: Test, model: Model): Promise<Memory> {
  const inspectorPort = await freePort()
  const { url, pid } = await startPeer(t, 'held-streams', {
    NODE_OPTIONS: inspectedAt(inspectorPort),
    MODEL_URL: model.baseUrl,
  })
  model.pace = { tokens: pace.tokens }
  await send(`${url}/?streams=${warmUpTasks * outputs}`, {})
  await idle(pid)
  const none = await memoryOf({ pid, inspectorPort })
  model.pace = pace
  await send(`${url}/?streams=${tasks * outputs}`, {})
  await idle(pid)
  return each(less(await memoryOf({ pid, inspectorPort }), none))
}

function less(all: Memory, some: Memory): Memory {
  return { heap: all.heap - some.heap, external: all.external - some.external, private: all.private - some.private }
}

function each({ heap, external, private: own }: Memory): Memory {
  return { heap: heap / tasks, external: external / tasks, private: own / tasks }
}

function kilobytes(bytes: number): number {
  return Number((bytes / 1024).toFixed(1))
}
