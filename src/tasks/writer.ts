import { judge } from './judge.ts'
import type { KindTask, TaskKind, Written } from './kind.ts'
import type { LaneDesk, Writer } from './lane.ts'

/** How output `output` of a task comes about: streamed as the model says it, or made by the kind itself. */
export function writerOf(kind: TaskKind, task: KindTask & { input(): unknown }, output: number): Writer {
  if ('write' in kind) return desk => kind.write(task.input(), desk)
  return desk => desk.stream(async () => kind.prompt(task.input(), output, task), kind.bound(task.input())).then(ended)
}

/** None if nothing was prompted. */
function ended(completion: Awaited<ReturnType<LaneDesk['stream']>>): Written {
  if (!completion) return { status: 'cancelled' }
  return { ...judge(completion, completion.text !== ''), usage: completion.usage }
}
