import { PgBoss } from 'pg-boss'
import type { Database } from './client.ts'

/**
 * Starts pg-boss on our database. Its defaults are wrong for instances that share one: it would look for lost jobs once a minute,
 * and a job without a heartbeat would count as alive for 15 minutes (see `JobQueue`). On the embedded database jobs are lost
 * with the process, and a look, which counts all jobs, is done by the thread that does everything: 2,400 tasks after its start
 * one each 2 s cost 11 ms a second on which nothing else happened.
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
