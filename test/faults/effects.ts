import type { Find, Finding } from './finding.ts'

export type Query = <Row>(statement: string, values?: unknown[]) => Promise<Row[]>

/** A task with all that must follow from it, once each, as the database has it. */
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

export function taskRows(query: Query): Promise<TaskRow[]> {
  return query<TaskRow>(tasksWithEffects)
}

/** What a kind publishes with what it keeps. */
const generated: Record<string, string> = {
  record: 'record.generated',
  review: 'review.generated',
  turn: 'turn.completed',
  quiz: 'quiz.ready',
}

/** Nobody is told of these who saw them end. */
const silentWhenWatched = ['record.generated', 'review.generated', 'turn.completed']

/** Events, what handlers made of them, notifications and summaries: each once if at all. */
export function checkEffects(row: TaskRow, subscriptions: { event: string; name: string }[], find: Find): void {
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

/** The read models, against what they are made of. */
export async function checkSums(query: Query): Promise<[string, Finding['flaw']][]> {
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

/** What is left to be worked on, by what it is: empty when nothing is. */
export async function leftOver(query: Query): Promise<string[]> {
  const rows = await query<{ what: string; count: number }>(`
    select 'task ' || status as what, count(*)::int from tasks where status in ('queued', 'running') group by 1
    union all
    select 'job of ' || name || ', ' || state, count(*)::int from pgboss.job
    where state in ('created', 'retry', 'active') and name not like '\\_\\_pgboss%' group by 1`)
  return rows.map(({ what, count }) => `${count} ${what}`)
}
