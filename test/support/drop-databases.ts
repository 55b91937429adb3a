import { onServer, testDatabaseUrl } from './test-server.ts'

/** `npm run test:drop`: takes the template that the tests left for the next run from the server that TEST_DATABASE_URL names. */
if (!testDatabaseUrl) throw new Error('TEST_DATABASE_URL names no server')
await onServer<{ datname: string }>(async query => {
  const { rows } = await query(`select datname from pg_database where datname like 'conch\\_template\\_%'`)
  for (const { datname } of rows) await query(`drop database if exists ${datname} with (force)`)
})
