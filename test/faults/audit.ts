import type { TaskView } from '../../src/tasks/view.ts'
import type { Ending } from '../support/event-source-client.ts'
import { Visitor } from '../support/visitor.ts'
import type { Load, Sent } from './load.ts'
import { type Answer, answerNumber, type RecordingModel } from './recording-model.ts'

export const flaws = ['lost', 'doubled', 'stuck', 'wrong text', 'watchers wrong'] as const

/** Something that is not as it must be. */
export interface Finding {
  flaw: (typeof flaws)[number]
  /** Number of the request, if it is known. */
  request: number | undefined
  what: string
}

export interface Audit {
  tasks: number
  watchers: number
  /** Tasks by how they ended, `attempts-lost` for those that were given up honestly. */
  ends: Record<string, number>
  findings: Finding[]
}

export type Query = <Row>(statement: string, values?: unknown[]) => Promise<Row[]>

/** A task with all that must follow from it, once each, as the database has it. */
interface TaskRow {
  id: string
  kind: string
  status: string
  attempt: number
  ends: number
  terminalId: string | null
  lostAttempts: number
  /** Has a record, a review, a quiz or a reply. */
  kept: boolean
  /** Names of the events that its end published. */
  published: string[]
  /** Whether somebody was watching, as the events say. */
  watched: boolean
  /** Events in the queue of each handler, `<queue> <event>`. */
  handled: string[]
  notifications: string[]
  /** The attempt whose reply was saved, and the one whose was summed up. There is one summary of a reply at the most. */
  savedAttempt: number | null
  summaryOf: number | null
}

const tasksWithEffects = `
  with published as (
      select event->'data'->>'taskId' as id, json_agg(event->>'name') as names,
        bool_or((event->'data'->>'watched')::boolean) as watched
      from pgboss.job, jsonb_array_elements(data->'events') as event where name = 'outbox' group by 1),
    handled as (
      select data->'data'->>'taskId' as id, json_agg(name || ' ' || (data->>'name')) as names
      from pgboss.job where name like 'events.%' and state = 'completed' group by 1),
    notified as (select task_id as id, json_agg(kind) as kinds from notifications group by 1)
  select tasks.id, tasks.kind, tasks.status, tasks.attempt, tasks.ends, tasks.terminal_id as "terminalId",
    tasks.lost_attempts as "lostAttempts",
    coalesce(records.id, reviews.id, quizzes.id) is not null or coalesce(turns.saved_attempt = tasks.attempt, false) as kept,
    coalesce(published.names, '[]') as published, coalesce(published.watched, false) as watched,
    coalesce(handled.names, '[]') as handled, coalesce(notified.kinds, '[]') as notifications,
    summaries.attempt as "summaryOf", turns.saved_attempt as "savedAttempt"
  from tasks
    left join records using (id) left join reviews using (id) left join quizzes using (id) left join turns using (id)
    left join summaries on summaries.turn_id = tasks.id
    left join published on published.id = tasks.id::text
    left join handled on handled.id = tasks.id::text
    left join notified on notified.id = tasks.id`

/** What a kind publishes with what it keeps. */
const generated: Record<string, string> = {
  record: 'record.generated',
  review: 'review.generated',
  turn: 'turn.completed',
  quiz: 'quiz.ready',
}

/** Nobody is told of these who saw them end. */
const silentWhenWatched = ['record.generated', 'review.generated', 'turn.completed']

/** What is left to be worked on, by what it is: empty when nothing is. */
export async function leftOver(query: Query): Promise<string[]> {
  const rows = await query<{ what: string; count: number }>(`
    select 'task ' || status as what, count(*)::int from tasks where status in ('queued', 'running') group by 1
    union all
    select 'job of ' || name || ', ' || state, count(*)::int from pgboss.job
    where state in ('created', 'retry', 'active') and name not like '\\_\\_pgboss%' group by 1`)
  return rows.map(({ what, count }) => `${count} ${what}`)
}

/** Compares what the users, the model and the database know of every task, once nothing is left to be worked on. */
export async function audit({
  load,
  model,
  query,
  url,
}: {
  load: Load
  model: RecordingModel
  query: Query
  url: string
}): Promise<Audit> {
  const findings: Finding[] = []
  const rows = new Map((await query<TaskRow>(tasksWithEffects)).map(row => [row.id, row]))
  const subscriptions = await query<{ event: string; name: string }>('select event, name from pgboss.subscription')
  const views = await allViews(load.owners, url)
  const requests = new Map(load.sent.map(sent => [sent.taskId, sent]))
  const ends: Record<string, number> = {}

  for (const { taskId, number } of load.accepted)
    if (!rows.has(taskId as string))
      findings.push({ flaw: 'lost', request: number, what: `task ${taskId} is not there` })
  for (const row of rows.values()) {
    const view = views.get(row.id)
    const sent = requests.get(row.id)
    const find = (flaw: Finding['flaw'], what: string) =>
      findings.push({ flaw, request: sent?.number, what: `${row.kind} ${row.id} (${row.status}): ${what}` })
    const end = view?.task.error?.code === 'attempts-lost' ? 'attempts-lost' : row.status
    ends[end] = (ends[end] ?? 0) + 1
    checkEnd(row, find)
    checkEffects(row, subscriptions, find)
    if (!view) {
      find('lost', 'its owner does not see it')
      continue
    }
    if (row.kept !== (view.questions.length > 0 || view.task.outputs.some(({ text }) => text !== '')))
      find(row.kept ? 'doubled' : 'lost', 'what its kind keeps of it does not go with its texts')
    checkTexts(view, sent, model.answers, find)
    for (const [index, ending] of (sent?.endings ?? []).entries())
      for (const what of wrongWith(ending, row, view)) find('watchers wrong', `watcher ${index}: ${what}`)
  }
  for (const [what, flaw] of await checkSums(query)) findings.push({ flaw, request: undefined, what })
  for (const what of await leftOver(query)) findings.push({ flaw: 'stuck', request: undefined, what })
  return { tasks: rows.size, watchers: load.sent.flatMap(({ endings }) => endings).length, ends, findings }
}

type Find = (flaw: Finding['flaw'], what: string) => void

function checkEnd({ status, ends, terminalId }: TaskRow, find: Find): void {
  if (status === 'queued' || status === 'running') find('stuck', 'it has not ended')
  else if (ends !== 1) find(ends > 1 ? 'doubled' : 'lost', `it has ended ${ends} times`)
  else if (terminalId === null) find('lost', 'it has no terminal event')
}

/** Events, what handlers made of them, notifications and summaries: each once if at all. */
function checkEffects(row: TaskRow, subscriptions: { event: string; name: string }[], find: Find): void {
  const { kind, status, kept, watched, published, handled, notifications, summaryOf, savedAttempt } = row
  const generation = generated[kind] as string
  const events = ['task.ended', ...(kept ? [generation] : []), ...(status === 'failed' ? ['task.failed'] : [])]
  compare('event', published, events, find)
  const jobs = events.flatMap(event =>
    subscriptions.flatMap(subscription => (subscription.event === event ? [`${subscription.name} ${event}`] : [])),
  )
  compare('handled event', handled, jobs, find)
  const told = [
    ...(kept && status !== 'cancelled' && !(watched && silentWhenWatched.includes(generation)) ? [generation] : []),
    ...(status === 'failed' ? ['task.failed'] : []),
  ]
  compare('notification', notifications, told, find)
  if (summaryOf !== savedAttempt) find('lost', `attempt ${summaryOf} was summed up, attempt ${savedAttempt} was saved`)
}

function compare(what: string, are: readonly string[], should: readonly string[], find: Find): void {
  for (const name of new Set([...are, ...should])) {
    const [count, expected] = [are, should].map(list => list.filter(other => other === name).length) as [number, number]
    if (count !== expected)
      find(count > expected ? 'doubled' : 'lost', `${what} ${name}: ${count} instead of ${expected}`)
  }
}

interface View {
  task: TaskView
  /** Of a quiz that was made. */
  questions: { question: string; choices: string[] }[]
}

/** What the model wrote for one answer to this very request, and all of it if the output counts as completed. */
function checkTexts({ task, questions }: View, sent: Sent | undefined, answers: readonly Answer[], find: Find): void {
  for (const { index, status, text } of task.outputs) {
    if (text === '') continue
    const answer = answers[answerNumber(text) ?? Number.NaN]
    if (!answer) find('wrong text', `output ${index} has a text that the model never wrote: ${text.slice(0, 40)}`)
    else if (sent && answer.request !== sent.number) find('wrong text', `output ${index} is that of another request`)
    else if (answer.output !== index) find('wrong text', `output ${index} is that of output ${answer.output}`)
    else if (!answer.text.startsWith(text))
      find('wrong text', `output ${index} is not what answer ${answer.number} was`)
    else if (status === 'completed' && !(answer.end === 'stop' && answer.text === text))
      find('wrong text', `output ${index} is not all of answer ${answer.number}, which ended with ${answer.end}`)
  }
  for (const { question, choices } of questions) {
    const answer = answers[answerNumber(question) ?? Number.NaN]
    const written = answer?.questions.find(other => other.question === question)
    if (JSON.stringify(written?.choices) !== JSON.stringify(choices))
      find('wrong text', `"${question}" was never asked so`)
    else if (sent && answer?.request !== sent.number) find('wrong text', `"${question}" is that of another request`)
  }
}

const terminalOf: Record<string, string> = {
  completed: 'finish',
  incomplete: 'finish',
  failed: 'error',
  cancelled: 'abort',
}

function* wrongWith(ending: Ending, row: TaskRow, { task, questions }: View): Iterable<string> {
  const { how, terminals, texts, lastId } = ending
  if (how === 'left' || how === 'refused') return yield `it did not come to the end (${how})`
  if (terminals.length !== 1 || terminals[0] !== terminalOf[row.status])
    yield `it was told ${terminals.join(', ') || 'nothing'}`
  if (lastId !== row.terminalId) yield `it ended with ${lastId}, the task with ${row.terminalId}`
  for (const { index, text } of task.outputs)
    if ((texts.get(index) ?? '') !== text)
      yield `output ${index} is "${texts.get(index) ?? ''}" to it, but was saved as "${text}"`
  if (JSON.stringify(ending.questions.map(plain)) !== JSON.stringify(questions.map(plain)))
    yield `it saw ${ending.questions.length} questions, ${questions.length} were saved`
}

function plain({ question, choices }: { question: string; choices: string[] }) {
  return { question, choices }
}

/** The read models, against what they are made of. */
async function checkSums(query: Query): Promise<[string, Finding['flaw']][]> {
  const [sums] = await query<Record<string, [is: number, should: number]>>(`
    with ended as (select * from tasks),
      counted as (select * from statistics where owner_id <> '00000000-0000-0000-0000-000000000000'),
      overall as (select * from statistics where owner_id = '00000000-0000-0000-0000-000000000000'),
      things as (
        select records.id, tasks.status from records join tasks using (id)
        union all select reviews.id, tasks.status from reviews join tasks using (id)
        union all select id, case when complete then 'completed' else 'incomplete' end from quizzes
        union all select distinct on (conversation_id) conversation_id, tasks.status
          from (select conversation_id, id, position from turns order by conversation_id, position desc) as last
          join tasks using (id))
    select
      json_build_array((select coalesce(sum(tasks), 0)::int from counted), (select count(*) from ended)) as "tasks in statistics",
      json_build_array((select coalesce(sum(tasks), 0)::int from overall), (select count(*) from ended)) as "tasks in the statistics of all",
      json_build_array((select coalesce(sum(completed), 0)::int from counted), (select count(*) from ended where status = 'completed')) as "completed tasks in statistics",
      json_build_array((select coalesce(sum(incomplete), 0)::int from counted), (select count(*) from ended where status = 'incomplete')) as "incomplete tasks in statistics",
      json_build_array((select coalesce(sum(failed), 0)::int from counted), (select count(*) from ended where status = 'failed')) as "failed tasks in statistics",
      json_build_array((select coalesce(sum(cancelled), 0)::int from counted), (select count(*) from ended where status = 'cancelled')) as "cancelled tasks in statistics",
      json_build_array((select coalesce(sum(lost_attempts), 0)::int from counted), (select coalesce(sum(lost_attempts), 0)::int from ended)) as "lost attempts in statistics",
      json_build_array((select coalesce(sum(outputs_completed + outputs_incomplete + outputs_failed + outputs_cancelled), 0)::int from counted), (select count(*) from outputs)) as "outputs in statistics",
      json_build_array((select coalesce(sum(input_tokens), 0)::int from counted), (select coalesce(sum(input_tokens), 0)::int from outputs)) as "input tokens in statistics",
      json_build_array((select coalesce(sum(output_tokens), 0)::int from counted), (select coalesce(sum(output_tokens), 0)::int from outputs)) as "output tokens in statistics",
      json_build_array((select count(*) from library), (select count(*) from things)) as "things in the library",
      json_build_array((select count(*) from library join things using (id, status)), (select count(*) from things)) as "things as they are in the library",
      json_build_array((select count(*) from failed_events), 0) as "failed events"`)
  return Object.entries(sums ?? {}).flatMap(([what, [is, should]]): [string, Finding['flaw']][] =>
    is === should ? [] : [[`${what}: ${is} instead of ${should}`, is > should ? 'doubled' : 'lost']],
  )
}

/** All tasks of all owners, as they see them. */
async function allViews(owners: readonly string[], url: string): Promise<Map<string, View>> {
  const views = new Map<string, View>()
  for (const owner of owners) {
    const visitor = new Visitor(url, owner)
    let cursor: string | null = null
    do {
      const page: { items: TaskView[]; nextCursor: string | null } = (
        await visitor.json<{ items: TaskView[]; nextCursor: string | null }>(
          'GET',
          `/api/tasks?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`,
        )
      ).body
      for (const task of page.items) views.set(task.id, { task, questions: await questionsOf(visitor, task) })
      cursor = page.nextCursor
    } while (cursor !== null)
  }
  return views
}

async function questionsOf(visitor: Visitor, { id, kind }: TaskView): Promise<View['questions']> {
  if (kind !== 'quiz') return []
  const quiz = await visitor.json<Pick<View, 'questions'>>('GET', `/api/quizzes/${id}`)
  return quiz.status === 200 ? quiz.body.questions : []
}
