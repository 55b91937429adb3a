import pg from 'pg'

/** Set by CI: the suites then run on this server instead of the embedded database. */
export const testDatabaseUrl = process.env.TEST_DATABASE_URL || undefined

/** One connection to the test server, closed when `work` is done. */
export async function onServer<T>(work: (query: (statement: string) => Promise<{ rows: T[] }>) => Promise<unknown>) {
  const client = new pg.Client({ connectionString: testDatabaseUrl })
  await client.connect()
  try {
    await work(async statement => ({ rows: (await client.query(statement)).rows }))
  } finally {
    await client.end()
  }
}
