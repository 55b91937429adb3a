import { untilAnswered } from '../db/until-answered.ts'
import { judge } from './judge.ts'
import type { KindTask, TaskKind } from './kind.ts'
import type { Writer } from './lane.ts'

/** How output `output` of a task comes about: streamed as the model says it, or made by the kind itself. */
export function writerOf(kind: TaskKind, task: KindTask & { input: unknown }, output: number): Writer {
  if ('write' in kind) return desk => kind.write(task.input, desk)
  return async desk => {
    const prompt = await promptOf(kind.prompt, task, output, desk.signal)
    if (!prompt || prompt.length === 0) return { status: 'cancelled' }
    const completion = await desk.stream(prompt)
    const { usage } = completion
    return { ...judge(completion, completion.text !== ''), usage }
  }
}

/** Waits for a database that is away, which is no fault of the attempt; `undefined` when it was stopped meanwhile. */
async function promptOf(
  prompt: Extract<TaskKind, { prompt: unknown }>['prompt'],
  task: KindTask & { input: unknown },
  output: number,
  signal: AbortSignal,
) {
  try {
    return await untilAnswered(async () => prompt(task.input, output, task), signal)
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
