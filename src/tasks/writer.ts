import type { ChatMessage } from '../ai/completion.ts'
import { untilAnswered } from '../db/until-answered.ts'
import { judge } from './judge.ts'
import type { KindTask, TaskKind, Written } from './kind.ts'
import type { LaneDesk, Writer } from './lane.ts'

/** How output `output` of a task comes about: streamed as the model says it, or made by the kind itself. */
export function writerOf(kind: TaskKind, task: KindTask & { input(): unknown }, output: number): Writer {
  if ('write' in kind) return desk => kind.write(task.input(), desk)
  return desk => desk.stream(() => promptOf(kind.prompt, task, output, desk.signal)).then(ended)
}

/** None if nothing was prompted. */
function ended(completion: Awaited<ReturnType<LaneDesk['stream']>>): Written {
  if (!completion) return { status: 'cancelled' }
  return { ...judge(completion, completion.text !== ''), usage: completion.usage }
}

/** Waits for a database that is away, which is no fault of the attempt; none when it was stopped meanwhile. */
async function promptOf(
  prompt: Extract<TaskKind, { prompt: unknown }>['prompt'],
  task: KindTask & { input(): unknown },
  output: number,
  signal: AbortSignal,
): Promise<readonly ChatMessage[]> {
  try {
    return await untilAnswered(async () => prompt(task.input(), output, task), signal)
  } catch (error) {
    if (signal.aborted) return []
    throw error
  }
}
