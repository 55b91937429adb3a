import postgres from 'postgres'
import { transact } from './transactions.ts'

/** As postgres.js documents transactions. */
const sql = postgres(process.env.DATABASE_URL as string, {
  connection: { application_name: process.env.NAME ?? '' },
  max: 10,
  // Its default prints them.
  onnotice: () => {},
})

await transact({
  transaction: run => sql.begin(tx => run(async statement => tx.unsafe(statement))),
  ask: async () => sql`select 1`,
})
