import pg from 'pg'

/** Ends every connection to this database, and to no other, as a restart of the server would. Answers how many. */
export function disconnectAll(databaseUrl: string): Promise<number> {
  return beside(databaseUrl, async (client, name) => {
    const { rowCount } = await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
      [name],
    )
    return rowCount ?? 0
  })
}

/** Ends one connection, known by the process that serves it. */
export function terminateBackend(databaseUrl: string, pid: number): Promise<unknown> {
  return beside(databaseUrl, client => client.query('select pg_terminate_backend($1)', [pid]))
}

/** Opens this database to connections, or closes it; closing also ends the existing ones. */
export async function allowConnections(databaseUrl: string, allowed: boolean): Promise<void> {
  await beside(databaseUrl, (client, name) => client.query(`alter database ${name} allow_connections ${allowed}`))
  if (!allowed) await disconnectAll(databaseUrl)
}

/** Runs on the same server, connected to another database. */
async function beside<T>(databaseUrl: string, run: (client: pg.Client, name: string) => Promise<T>): Promise<T> {
  const url = new URL(databaseUrl)
  const name = url.pathname.slice(1)
  url.pathname = '/postgres'
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    return await run(client, name)
  } finally {
    await client.end()
  }
}
