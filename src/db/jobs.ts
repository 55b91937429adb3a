import { PgBoss } from 'pg-boss'
import type { Database } from './client.ts'

/**
 * Starts pg-boss on our database. Its defaults are wrong for instances that share one: it would search for lost jobs
 * once a minute, and a job without a heartbeat would count as alive for 15 minutes (see `JobQueue`). On the embedded
 * database a job can only be lost with the whole process, and is returned at the next start. Each search there counts
 * all jobs while all statements wait: after 2,400 tasks, one every 2 s took 11 ms of each second.
 */
export async function startJobs(database: Database, onFault: (error: Error) => void): Promise<PgBoss> {
  const shared = database.backend === 'postgres'
  const boss = new PgBoss({
    db: database.jobs,
    backend: database.backend,
    superviseIntervalSeconds: shared ? 2 : 60,
    monitorIntervalSeconds: shared ? 2 : 60,
    schedule: false,
    reindex: shared,
    monitorVacuum: shared,
  })
  boss.on('error', onFault)
  await boss.start()
  return boss
}
