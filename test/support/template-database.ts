import { databaseFingerprint } from './database-fingerprint.ts'
import { makeEmpty } from './make-empty.ts'
import { onServer, testDatabaseUrl } from './test-server.ts'

/** Any number: the holder of this lock makes the template. */
const templateLock = 6_215_003_113n

/**
 * The name of the database that others are copied from: as a first start would leave it. It is made once per set of migrations
 * and packages: a copy takes 60 ms, and all migrations with the queues a second. It stays on the server until
 * `test/support/drop-databases.ts` is run.
 */
export function templateDatabase(): Promise<string> {
  made ??= makeOnce()
  return made
}

let made: Promise<string> | undefined

async function makeOnce(): Promise<string> {
  const name = `conch_template_${await databaseFingerprint()}`
  await onServer(async query => {
    await query(`select pg_advisory_lock(${templateLock})`)
    if ((await query(`select 1 from pg_database where datname = '${name}'`)).rows.length > 0) return
    // Under another name until it is whole: a run that is ended in the middle leaves none that others would take for good.
    const draft = `${name}_draft`
    await query(`drop database if exists ${draft} with (force)`)
    await query(`create database ${draft}`)
    const url = new URL(testDatabaseUrl as string)
    url.pathname = `/${draft}`
    await makeEmpty({ DATABASE_URL: url.href })
    await query(`alter database ${draft} with allow_connections false`)
    await query(`alter database ${draft} rename to ${name}`)
  })
  return name
}
