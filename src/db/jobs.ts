import { PgBoss } from 'pg-boss'
import type { Database } from './client.ts'

/**
 * Starts pg-boss on our database. Its defaults are wrong for us: it would look for lost jobs once a minute, and a job
 * without a heartbeat would count as alive for 15 minutes (see `TaskQueue`).
 */
export async function startJobs(database: Database, onFault: (error: Error) => void): Promise<PgBoss> {
  const boss = new PgBoss({
    db: database.jobs,
    backend: database.backend,
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    schedule: false,
    reindex: database.backend === 'postgres',
    monitorVacuum: database.backend === 'postgres',
  })
  boss.on('error', onFault)
  await boss.start()
  return boss
}
