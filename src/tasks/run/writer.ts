import { DecryptionFailed } from '../../db/encrypted.ts'
import type { KindTask, TaskKind, Written } from '../kind.ts'
import { inputDamaged } from '../task.ts'
import { judge } from './classify-completion.ts'
import type { LaneDesk, Writer } from './lane.ts'

/** How output `output` of a task comes about: streamed as the model says it, or made by the kind itself. */
export function writerOf(kind: TaskKind, task: KindTask & { input(): unknown }, output: number): Writer {
  const write: Writer =
    'write' in kind
      ? async desk => kind.write(task.input(), desk)
      : async desk =>
          desk.stream(async () => kind.prompt(task.input(), output, task), kind.bound(task.input())).then(ended)
  return desk =>
    write(desk).catch(error => {
      // Under a key that was not given here it is whole: another process may have that key, so the attempt is given back.
      if (!(error instanceof DecryptionFailed) || error.fault === 'key-missing') throw error
      return { status: 'failed', error: inputDamaged }
    })
}

/** None if nothing was prompted. */
function ended(completion: Awaited<ReturnType<LaneDesk['stream']>>): Written {
  if (!completion) return { status: 'cancelled' }
  return { ...judge(completion, completion.text !== ''), usage: completion.usage }
}
