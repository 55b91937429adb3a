import type { Static } from 'typebox'
import { noSuchPart } from './errors.ts'
import type { RecordInput } from './input.ts'
import { boundTo, isPart } from './limits.ts'
import { schoolYearOf } from './school-year.ts'

type Input = Static<typeof RecordInput>

/**
 * What is kept of a request: with the school year whose rules the record has for good, and a target that its limit allows.
 *
 * @throws Problem `no-such-part` when the school level has no such part
 */
export function acceptedInput(input: Input, now = new Date()): Input {
  const kept = { ...input, schoolLevel: input.schoolLevel ?? 'high', schoolYear: input.schoolYear ?? schoolYearOf(now) }
  if (!isPart(kept)) throw noSuchPart(kept)
  const { targetBytes } = input
  return targetBytes === undefined ? kept : { ...kept, targetBytes: boundTo(kept, targetBytes) ?? targetBytes }
}
