import t from 'tap'
import type { TaskView } from '../../src/tasks/view.ts'
import { anyRecord } from '../support/any-record.ts'
import { startConch } from '../support/conch.ts'
import { type Fault, wholeText } from '../support/fault.ts'
import { asking, faultLimits, faultScript, faults } from '../support/faults.ts'
import type { Transcript } from '../support/transcript.ts'
import { startUpstream } from '../support/upstream.ts'

let upstream: Awaited<ReturnType<typeof startUpstream>>
let conch: Awaited<ReturnType<typeof startConch>>
t.before(async () => {
  upstream = await startUpstream(t)
  conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl, ...faultLimits })
})

for (const [group, cases] of faults) {
  t.test(`${group}: what is saved and what the client sees match what happened`, async t => {
    upstream.reset(faultScript())
    const rows: string[][] = []
    const visitor = conch.visitor()
    await visitor.json('GET', '/api/tasks')
    await inTurns(8, cases, async fault => {
      const id = await visitor.record({ ...anyRecord, observations: asking(fault.name), versions: 1 })
      const seen = await visitor.finished(id)
      const task = await visitor.task(id)
      const [output] = task.outputs
      const wanted = expected(fault)
      t.match(output, wanted.output, `${fault.name}: the output`)
      t.equal(task.status, wanted.output.status, `${fault.name}: the task`)
      t.match(seen.chunks.at(-1), wanted.end, `${fault.name}: the end of the stream`)
      t.ok(seen.done, `${fault.name}: [DONE]`)
      t.equal(seen.text(0), output?.text, `${fault.name}: the client has the text that is saved`)
      if (fault.usage === 'estimated') t.equal(output?.usage?.estimated, true, `${fault.name}: usage is estimated`)
      else t.same(output?.usage, fault.usage ?? null, `${fault.name}: usage`)
      t.equal(retries(seen).length, fault.retries ?? 0, `${fault.name}: retries`)
      t.notMatch(JSON.stringify([task, seen.chunks]), /SECRET/, `${fault.name}: nothing of the upstream's words`)
      rows.push([fault.name, outcome(fault), saved(task), clientSaw(seen)])
    })
    rows.sort((a, b) => order(cases, a) - order(cases, b))
    t.comment(`${group}\n${table([["the model's server", 'outcome', 'saved', 'the client saw'], ...rows])}`)
    t.equal(rows.length, cases.length)
  })
}

/** The saved task that an outcome leads to. */
function expected({ outcome, text = wholeText, detail, name }: Fault & { text?: string }) {
  const error = { code: outcome, ...(detail && { detail: new RegExp(detail.source, 'i') }) }
  const partly = text === '' ? 'failed' : 'incomplete'
  const failed = { type: 'error' }
  const incomplete = { type: 'finish', finishReason: 'other' }
  const kept = name === 'text without end' ? { text: new RegExp(`^${wholeText}`) } : { text }
  switch (outcome) {
    case 'completed':
      return text === ''
        ? { output: { status: 'failed', text, error: { code: 'empty' } }, end: failed }
        : { output: { status: 'completed', text, finishReason: 'stop' }, end: { type: 'finish', finishReason: 'stop' } }
    case 'length':
    case 'content-filter':
      return {
        output: { status: partly, text, finishReason: outcome },
        end: text === '' ? failed : { type: 'finish', finishReason: outcome },
      }
    case 'refused':
      return { output: { status: 'failed', text, error }, end: { ...failed, errorText: detail } }
    default:
      return { output: { status: partly, ...kept, error }, end: text === '' ? failed : incomplete }
  }
}

/** The retries that a client was notified of, each followed by `generating` once it was over. */
function retries({ chunks }: Transcript): unknown[] {
  const stages = chunks.filter(({ type }) => type === 'data-stage').map(({ data }) => data as { stage: string })
  for (const [at, { stage }] of stages.entries())
    if (stage === 'retrying' && stages[at + 1]?.stage !== 'generating') throw new Error('a retry that does not end')
  return stages.filter(({ stage }) => stage === 'retrying')
}

function outcome({ outcome, reason }: Fault): string {
  return reason ? `${outcome}/${reason}` : outcome
}

function saved({ outputs: [output] }: TaskView): string {
  const usage = output?.usage
  const tokens = usage ? `, ${usage.outputTokens} tokens${usage.estimated ? ' estimated' : ''}` : ''
  return `${output?.status} ${output?.error?.code ?? output?.finishReason ?? ''}, ${output?.text.length} chars${tokens}`
}

function clientSaw(seen: Transcript): string {
  const last = seen.chunks.at(-1) as { type: string; finishReason?: string; errorText?: string }
  const again = retries(seen).length
  return `${again > 0 ? `retrying x${again}, ` : ''}${last.type} ${last.finishReason ?? last.errorText ?? ''}`
}

function order(cases: readonly Fault[], [name]: string[]): number {
  return cases.findIndex(fault => fault.name === name)
}

function table(rows: readonly string[][]): string {
  const widths = [0, 1, 2].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')).join('\n')
}

/** Each item once, a fixed number at a time: all at once would be a load test. */
async function inTurns<T>(width: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = waiting.shift(); item; item = waiting.shift()) await work(item)
    }),
  )
}
