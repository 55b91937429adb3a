import postgres from 'postgres'
import { transact } from './transactions.ts'

/** As postgres.js documents transactions. It has no limit for a statement, only one for a connection. */
const sql = postgres(process.env.DATABASE_URL as string, {
  connection: { application_name: process.env.NAME ?? '' },
  max: 10,
  connect_timeout: 1,
  // Its default prints them.
  onnotice: () => {},
})

await transact({
  transaction: run => sql.begin(tx => run(async statement => tx.unsafe(statement))),
  execute: async statement => sql.unsafe(statement),
})
