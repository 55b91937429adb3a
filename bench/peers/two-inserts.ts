import { createCipheriv, randomBytes } from 'node:crypto'
import { json } from 'node:stream/consumers'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { migratePostgres } from '../../src/db/migrate.ts'
import { listen } from './listen.ts'

/**
 * Stores a task and its output by hand: two inserts in one transaction, in Conch's tables and indexes, with an input
 * that is encrypted as Conch's is. It checks no owner, validates nothing, and adds no job that would run the task.
 */
const transaction = await (process.env.DATABASE_URL ? onPostgres(process.env.DATABASE_URL) : embedded())
const key = randomBytes(32)

listen(async (request, response) => {
  const input = (await json(request)) as { type: string; body: string }
  const id = uuidv7()
  const sealed = seal(JSON.stringify(input))
  await transaction(async tx => {
    await tx.query(
      `insert into tasks (id, owner_id, kind, status, stage, trace_id, job_id, input, created_at)
       values ($1, $2, 'review', 'queued', 'queued', $3, $4, $5, $6)`,
      [id, uuidv7(), randomBytes(16).toString('hex'), uuidv7(), sealed, new Date()],
    )
    await tx.query(`insert into outputs (task_id, index, status) values ($1, 0, 'pending')`, [id])
  })
  response.writeHead(202, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ taskId: id, status: 'queued', streamUrl: `/api/tasks/${id}/events` }))
})

interface Queries {
  query(text: string, values?: unknown[]): Promise<unknown>
}

type Transaction = (run: (tx: Queries) => Promise<void>) => Promise<void>

/** With as many connections as Conch has for requests. */
async function onPostgres(connectionString: string): Promise<Transaction> {
  await migratePostgres(connectionString)
  const pool = new pg.Pool({ connectionString, max: 10 })
  return async run => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      await run(client)
      await client.query('commit')
    } finally {
      client.release()
    }
  }
}

async function embedded(): Promise<Transaction> {
  const pglite = await PGlite.create(process.env.DATA_DIR)
  await migrate(drizzle({ client: pglite }), { migrationsFolder: 'drizzle' })
  return run => pglite.transaction(run)
}

function seal(text: string): Buffer {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()])
}
