import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Test } from 'tap'

/** Set by CI: the suites then run on this server instead of the embedded database. */
export const testDatabaseUrl = process.env.TEST_DATABASE_URL || undefined

/**
 * What the environment must say for a Conch on a database of its own: nothing for the embedded one, else a new database
 * on the test server, dropped with the test, and the secrets that Postgres asks for.
 */
export async function ownDatabase(t: Test): Promise<Record<string, string>> {
  if (!testDatabaseUrl) return {}
  const name = `conch_test_${randomBytes(8).toString('hex')}`
  await onServer(`create database ${name}`)
  t.teardown(() => onServer(`drop database ${name} with (force)`))
  const url = new URL(testDatabaseUrl)
  url.pathname = `/${name}`
  return {
    DATABASE_URL: url.href,
    COOKIE_SECRET: 'a secret of forty characters, for tests.',
    OPERATOR_TOKEN: 'a token of forty characters, for operators.'.replaceAll(' ', '-'),
    ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  }
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: testDatabaseUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
