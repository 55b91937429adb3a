import type { Database } from './client.ts'

/**
 * By how much the clocks of the processes and of the database may differ: within it no row that users see is changed.
 */
const margin = `interval '1 minute'`

/**
 * The longest wait of a failed job: pg-boss adds it to the time of the failure, jitter included. A postponed job (see
 * `JobQueue.postpone`), which has not been started, may wait as long as any.
 */
const longestWait = `case when started_on is null then coalesce(retry_delay_max, 300)
  when retry_backoff
  then least(retry_delay_max, greatest(retry_delay, 1) * 2 ^ least(16, retry_count + 1)) else retry_delay end * interval '1s'`

/**
 * Pulls rows back to now that lie in the future because the clock was ahead when they were written, and was set back
 * since. Otherwise, for as long as the clock was ahead, jobs would wait, jobs of dead processes would count as alive,
 * no search for lost jobs would run, and those rows would sort before all later ones.
 *
 * A time that is meant to lie in the future, the wait of a failed job, is cut to its longest value. The jobs are few;
 * the other rows are searched only if the clock is known to have gone back, or seems to have.
 *
 * @param backMs by how much the clock went back, if that is known: then all rows keep their order and their distance
 * @returns whether anything lay in the future
 */
export async function pullBack(database: Database, backMs = 0): Promise<boolean> {
  const back = `interval '${Math.max(0, Math.round(backMs))} milliseconds'`
  const jobs = await pullJobs(database, back)
  const stamps = await pullStamps(database)
  const evidence = backMs > 0 || jobs > 0 || stamps > 0 || (await newestTaskIsAhead(database))
  if (!evidence) return false
  return (await pullRows(database, back)) + jobs + stamps > 0
}

async function pullJobs(database: Database, back: string): Promise<number> {
  // Null stays null: a job that was never started would count as one that was tried.
  const pulled = (column: string) =>
    `${column} = case when ${column} is not null then least(${column} - ${back}, pgboss.job_now()) end`
  return changed(
    database,
    `update pgboss.job set
      start_after = case
        when start_after <= pgboss.job_now() then start_after
        when state = 'created' then least(created_on - ${back}, pgboss.job_now()) + (start_after - created_on)
        else least(start_after - ${back}, pgboss.job_now() + ${longestWait}) end,
      ${['created_on', 'started_on', 'heartbeat_on'].map(pulled).join(', ')}
    where state <= 'active' and (
      greatest(created_on, started_on, heartbeat_on) > pgboss.job_now()
      or (state = 'retry' and start_after > pgboss.job_now() + ${longestWait}))`,
  )
}

/**
 * Times of pg-boss's last maintenance, which one process does for all: until such a time plus its interval no process
 * does it.
 */
async function pullStamps(database: Database): Promise<number> {
  let count = 0
  for (const [table, columns] of await timesOf(database, 'pgboss', ['queue', 'version']))
    count += await changed(
      database,
      `update ${table} set ${columns.map(column => `${column} = least(${column}, pgboss.job_now())`).join(', ')}
      where greatest(${columns.join(', ')}) > pgboss.job_now()`,
    )
  return count
}

async function newestTaskIsAhead({ jobs }: Database): Promise<boolean> {
  const { rows } = await jobs.executeSql(
    `select created_at > now() + ${margin} as ahead from tasks order by id desc limit 1`,
    [],
  )
  return (rows as { ahead: boolean }[])[0]?.ahead ?? false
}

/** All time columns of our tables, except expiry times. */
async function pullRows(database: Database, back: string): Promise<number> {
  let count = 0
  for (const [table, columns] of await timesOf(database, 'public'))
    count += await changed(
      database,
      `update ${table} set ${columns.map(column => `${column} = case when ${column} > now() + ${margin} then least(${column} - ${back}, now()) else ${column} end`).join(', ')}
      where greatest(${columns.join(', ')}) > now() + ${margin}`,
    )
  return count
}

/** The time columns of these tables, or of all in a schema. */
async function timesOf({ jobs }: Database, schema: string, tables?: string[]): Promise<Map<string, string[]>> {
  const { rows } = await jobs.executeSql(
    `select format('%I.%I', c.table_schema, c.table_name) as table, format('%I', c.column_name) as column
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = $1 and t.table_type = 'BASE TABLE' and ($2::text[] is null or c.table_name = any($2::text[]))
      and c.data_type = 'timestamp with time zone' and c.column_name not like '%expires_at'
    order by 1, 2`,
    [schema, tables ?? null],
  )
  const found = Map.groupBy(rows as { table: string; column: string }[], row => row.table)
  return new Map(Array.from(found, ([table, columns]) => [table, columns.map(({ column }) => column)]))
}

async function changed({ jobs }: Database, update: string): Promise<number> {
  const { rows } = await jobs.executeSql(
    `with changed as (${update} returning 1) select count(*)::int as count from changed`,
    [],
  )
  return (rows as { count: number }[])[0]?.count ?? 0
}
