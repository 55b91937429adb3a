import type { Fault } from './fault.ts'
import { dialects } from './fault-dialects.ts'
import { encodings } from './fault-encodings.ts'
import { endings } from './fault-endings.ts'
import { statuses } from './fault-statuses.ts'
import type { Script } from './upstream.ts'

export const faults: ReadonlyMap<string, readonly Fault[]> = new Map([
  ['how a stream ends', endings],
  ['dialects', dialects],
  ['encodings and types', encodings],
  ['statuses and connections', statuses],
])

/** Limits that let every case end soon, and a busy machine keep up; as environment variables. */
export const faultLimits = {
  UPSTREAM_CONNECT_SECONDS: '10',
  // Not requested again after it, so a machine that is busy for longer would fail a case.
  UPSTREAM_HEADERS_SECONDS: '5',
  UPSTREAM_IDLE_SECONDS: '2',
  UPSTREAM_TOTAL_SECONDS: '10',
  UPSTREAM_FINISH_GRACE_SECONDS: '1',
  UPSTREAM_MAX_LINE_KB: '64',
  UPSTREAM_MAX_BODY_MB: '0.5',
  UPSTREAM_RETRY_SECONDS: '0.01',
  UPSTREAM_BREAKER_FAILURES: '1000000',
  MAX_RETRY_AFTER: '2',
}

/** The text of a prompt that selects this case. */
export function asking(name: string): string {
  return `<fault>${name}</fault>`
}

/** Answers every prompt with the case it names; a prompt that names none gets two words. */
export function faultScript(): Script {
  const all = new Map(Array.from(faults.values()).flatMap(cases => cases.map(one => [one.name, one] as const)))
  const asked = new Map<string, number>()
  return completion => {
    const prompt = completion.body.messages.map(({ content }) => content).join('\n')
    const name = /<fault>(.*)<\/fault>/.exec(prompt)?.[1] ?? ''
    const before = asked.get(name) ?? 0
    asked.set(name, before + 1)
    const fault = all.get(name)
    if (!fault) throw new Error(`no such case: ${name}`)
    return fault.answer(completion, before)
  }
}
