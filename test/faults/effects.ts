import { allOwners } from '../../src/statistics/tally.ts'
import type { Find, Finding } from './finding.ts'

export type Query = <Row>(statement: string, values?: unknown[]) => Promise<Row[]>

/** A task with all its effects, once each, as the database has it. */
export interface TaskRow {
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
  /** Whether a reader followed it, as the events say. */
  watched: boolean
  /** Events in the queue of each handler, `<queue> <event>`. */
  handled: string[]
  notifications: string[]
  /** The attempt whose reply was saved, and the one that was summed up. A reply has one summary at the most. */
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

export function taskRows(query: Query): Promise<TaskRow[]> {
  return query<TaskRow>(tasksWithEffects)
}

/** The event that a kind publishes with its rows. */
const generated: Record<string, string> = {
  record: 'record.generated',
  review: 'review.generated',
  turn: 'turn.completed',
  quiz: 'quiz.ready',
}

/** Events, what handlers made of them, notifications and summaries: each once if at all. */
export function checkEffects(row: TaskRow, subscriptions: { event: string; name: string }[], find: Find): void {
  const { kind, status, kept, watched, published, handled, notifications, summaryOf, savedAttempt } = row
  const generation = generated[kind] as string
  const events = ['task.ended', ...(kept ? [generation] : []), ...(status === 'failed' ? ['task.failed'] : [])]
  compare('event', published, events, find)
  // An owner is not notified of a task that they followed to its end, whatever the end.
  const jobs = events.flatMap(event =>
    subscriptions.flatMap(({ event: subscribed, name }) =>
      subscribed === event && !(name === 'events.notify' && watched) ? [`${name} ${event}`] : [],
    ),
  )
  compare('handled event', handled, jobs, find)
  const notified = [
    ...(kept && status !== 'cancelled' ? [generation] : []),
    ...(status === 'failed' ? ['task.failed'] : []),
  ]
  compare('notification', notifications, watched ? [] : notified, find)
  if (summaryOf !== savedAttempt) find('lost', `attempt ${summaryOf} was summed up, attempt ${savedAttempt} was saved`)
}

function compare(what: string, are: readonly string[], should: readonly string[], find: Find): void {
  for (const name of new Set([...are, ...should])) {
    const [count, expected] = [are, should].map(list => list.filter(other => other === name).length) as [number, number]
    if (count !== expected)
      find(count > expected ? 'doubled' : 'lost', `${what} ${name}: ${count} instead of ${expected}`)
  }
}

/** The sums of ended tasks, against the tasks. */
export async function checkSums(query: Query): Promise<[string, Finding['flaw']][]> {
  const statuses = ['completed', 'incomplete', 'failed', 'cancelled']
  const sum = (column: string, of: string) => `(select coalesce(sum(${column}), 0)::int from ${of})`
  const number = (of: string) => `(select count(*) from ${of})`
  const compared: Record<string, [is: string, should: string]> = {
    'tasks in statistics': [sum('tasks', 'owners'), number('tasks')],
    'tasks in the statistics of all owners': [sum('tasks', 'everybody'), number('tasks')],
    ...Object.fromEntries(
      statuses.map(status => [
        `${status} tasks in statistics`,
        [sum(status, 'owners'), number(`tasks where status = '${status}'`)],
      ]),
    ),
    ...Object.fromEntries(
      statuses.map(status => [
        `${status} outputs in statistics`,
        [sum(`outputs_${status}`, 'owners'), number(`outputs where status = '${status}'`)],
      ]),
    ),
    'lost attempts in statistics': [sum('lost_attempts', 'owners'), sum('lost_attempts', 'tasks')],
    'input tokens in statistics': [sum('input_tokens', 'owners'), sum('input_tokens', 'outputs')],
    'output tokens in statistics': [sum('output_tokens', 'owners'), sum('output_tokens', 'outputs')],
    'failed events': [number('failed_events'), '0'],
  }
  const rows = await query<{ what: string; is: number; should: number }>(`
    with owners as (select * from statistics where owner_id <> '${allOwners}'),
      everybody as (select * from statistics where owner_id = '${allOwners}')
    ${Object.entries(compared)
      .map(([what, [is, should]]) => `select '${what}' as what, (${is})::int as is, (${should})::int as should`)
      .join(' union all ')}`)
  return rows.flatMap(({ what, is, should }): [string, Finding['flaw']][] =>
    is === should ? [] : [[`${what}: ${is} instead of ${should}`, is > should ? 'doubled' : 'lost']],
  )
}

/** The library, against the tasks whose records, reviews and quizzes it lists, and the conversations. */
export async function checkLibrary(query: Query): Promise<[string, Finding['flaw']][]> {
  const rows = await query<{ what: string; is: string | null; should: string | null }>(`
    with things as (
      select kind || ' ' || id as what, id, status from tasks where kind in ('record', 'review', 'quiz')
      union all select 'conversation ' || conversation_id, conversation_id, tasks.status from turns join tasks using (id)
        where position = (select max(position) from turns as others where others.conversation_id = turns.conversation_id))
    select coalesce(what, 'entry ' || library.id) as what, library.status as is, things.status as should
    from things full join library using (id) where library.status is distinct from things.status`)
  return rows.map(({ what, is, should }) => [
    `${what} in the library: ${is ?? 'missing'} instead of ${should ?? 'nothing'}`,
    should === null ? 'doubled' : 'lost',
  ])
}

/** The unfinished work, by sort: empty when all is done. */
export async function leftOver(query: Query): Promise<string[]> {
  const rows = await query<{ what: string; count: number }>(`
    select 'task ' || status as what, count(*)::int from tasks where status in ('queued', 'running') group by 1
    union all
    select 'job of ' || name || ', ' || state, count(*)::int from pgboss.job
    where state in ('created', 'retry', 'active') and name not like '\\_\\_pgboss%' group by 1`)
  return rows.map(({ what, count }) => `${count} ${what}`)
}
