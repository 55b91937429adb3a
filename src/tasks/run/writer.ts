import { DecryptionFailed } from '../../db/encrypted.ts'
import type { KindTask, OutputResult, TaskKind } from '../kind.ts'
import { inputDamaged } from '../task.ts'
import { classifyCompletion } from './classify-completion.ts'
import type { LaneContext, WriteOutput } from './lane.ts'

/** How output `output` of a task comes about: streamed as the model says it, or made by the kind itself. */
export function writerOf(kind: TaskKind, task: KindTask & { input(): unknown }, output: number): WriteOutput {
  const write: WriteOutput =
    'write' in kind
      ? async context => kind.write(task.input(), context)
      : async context =>
          context.stream(async () => kind.prompt(task.input(), output, task), kind.bound(task.input())).then(ended)
  return context =>
    write(context).catch(error => {
      // Under a key that was not given here it is whole: another process may have that key, so the attempt is given back.
      if (!(error instanceof DecryptionFailed) || error.fault === 'key-missing') throw error
      return { status: 'failed', error: inputDamaged }
    })
}

/** None if nothing was prompted. */
function ended(completion: Awaited<ReturnType<LaneContext['stream']>>): OutputResult {
  if (!completion) return { status: 'cancelled' }
  return { ...classifyCompletion(completion, completion.text !== ''), usage: completion.usage }
}
