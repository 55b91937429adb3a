import pg from 'pg'
import { transact } from './transactions.ts'

/** As node-postgres documents transactions, with listeners for connections that break while no query waits for them. */
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  application_name: process.env.NAME,
  max: 10,
  connectionTimeoutMillis: 1_000,
  query_timeout: 1_000,
})
pool.on('error', () => {})
pool.on('connect', client => client.on('error', () => {}))

await transact({
  async transaction(run) {
    const client = await pool.connect()
    let broken = false
    try {
      await client.query('begin')
      await run(statement => client.query(statement))
      await client.query('commit')
    } catch (error) {
      await client.query('rollback').catch(() => {
        broken = true
      })
      throw error
    } finally {
      client.release(broken)
    }
  },
  execute: statement => pool.query(statement),
})
