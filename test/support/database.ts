import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { templateDatabase } from './template-database.ts'
import { onServer, testDatabaseUrl } from './test-server.ts'

export { testDatabaseUrl }

/**
 * The environment for a Conch on a database of its own: nothing for the embedded one, else a new database on the test
 * server, dropped with the test, and the secrets that Postgres asks for.
 *
 * @param options.empty an empty database, instead of one as a first start would leave it
 */
export async function ownDatabase(t: Test, { empty = false } = {}): Promise<Record<string, string>> {
  if (!testDatabaseUrl) return {}
  const name = `conch_test_${randomBytes(8).toString('hex')}`
  await onServer(async query => {
    await query(empty ? `create database ${name}` : `create database ${name} template ${await templateDatabase()}`)
    // What is committed need not outlive a crash of this server: no test makes one. Those that do have a server of their own.
    await query(`alter database ${name} set synchronous_commit = off`)
  })
  t.teardown(() => onServer(query => query(`drop database ${name} with (force)`)))
  const url = new URL(testDatabaseUrl)
  url.pathname = `/${name}`
  return {
    DATABASE_URL: url.href,
    COOKIE_SECRET: 'a secret of forty characters, for tests.',
    OPERATOR_TOKEN: 'a token of forty characters, for operators.'.replaceAll(' ', '-'),
    ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  }
}
