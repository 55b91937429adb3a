import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import t, { type Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { type Database, jobsIn, openEmbedded, openPostgres } from '../../src/db/client.ts'
import { isTransientFault } from '../../src/db/faults.ts'
import { startJobs } from '../../src/db/jobs.ts'
import { untilAnswered } from '../../src/db/until-answered.ts'
import { ownDatabase, testDatabaseUrl } from '../support/database.ts'
import { disconnectAll } from '../support/postgres-faults.ts'
import { proxyTcp } from '../support/tcp-proxy.ts'

contract('the embedded database', () => openEmbedded(undefined, error => t.fail(error.message)))
if (testDatabaseUrl) {
  contract('Postgres', async t => {
    const { DATABASE_URL } = await ownDatabase(t, { empty: true })
    return openPostgres(DATABASE_URL as string, () => {})
  })
}

/** The contract of a database, for both of them. */
function contract(name: string, open: (t: Test) => Promise<Database>): void {
  t.test(name, async t => {
    const database = await open(t)
    t.teardown(() => database.close())
    const { queries } = database
    await queries.execute(sql`create table notes (id int primary key, body bytea, at timestamptz(3))`)
    const count = async () => rowsOf(await queries.execute(sql`select count(*)::int as notes from notes`))[0]?.notes

    t.test('it is migrated when it is opened', async t => {
      const tables = rowsOf(
        await queries.execute(
          sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
        ),
      ).map(({ name }) => name)
      for (const table of ['tasks', 'outputs', 'records', 'record_confirmations']) t.ok(tables.includes(table), table)
    })

    t.test('a transaction is kept whole, or not at all', async t => {
      await queries.transaction(async tx => {
        await tx.execute(sql`insert into notes (id) values (1)`)
        await tx.execute(sql`insert into notes (id) values (2)`)
      })
      t.equal(await count(), 2)
      const undone = queries.transaction(async tx => {
        await tx.execute(sql`insert into notes (id) values (3)`)
        throw new Error('changed my mind')
      })
      await t.rejects(undone, { message: 'changed my mind' })
      t.equal(await count(), 2)
    })

    t.test('a statement that fails is no transient fault, and the next one succeeds', async t => {
      for (const wrong of [sql`selec 1`, sql`select 1 / 0`, sql`insert into notes (id) values (1)`]) {
        const error = await queries.execute(wrong).then(
          () => undefined,
          (reason: unknown) => reason,
        )
        t.type(error, Error)
        t.notOk(isTransientFault(error))
      }
      const broken = queries.transaction(async tx => {
        await tx.execute(sql`insert into notes (id) values (4)`)
        await tx.execute(sql`insert into notes (id) values (1)`)
      })
      await t.rejects(broken)
      t.equal(await count(), 2)
    })

    t.test('bytes and instants come back as they were', async t => {
      const body = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      await queries.execute(sql`insert into notes (id, body, at) values (5, ${body}, ${'2026-03-02T00:00:00.123Z'})`)
      const [row] = rowsOf(
        await queries.execute(sql`select body, at = '2026-03-02 09:00:00.123+09' as same from notes where id = 5`),
      )
      t.same(new Uint8Array(row?.body as Uint8Array), body)
      t.equal(row?.same, true)
    })

    t.test('many statements at once are all answered', async t => {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, n) => queries.execute(sql`select ${n}::int as n`).then(rowsOf)),
      )
      t.same(
        answers.map(([row]) => row?.n),
        answers.map((_, n) => n),
      )
    })

    t.test('it answers a ping and counts its connections', async t => {
      await database.ping()
      const { open, idle, waiting } = database.connections()
      t.ok(open >= 1 && idle <= open)
      t.equal(waiting, 0)
    })

    t.test('a job that is sent in a transaction is there with it, or not at all', async t => {
      const boss = await startJobs(database, error => t.fail(error))
      t.teardown(() => boss.stop({ graceful: false }))
      await boss.createQueue('letters')
      await boss.touch('letters', uuidv7())
      await queries.transaction(async tx => {
        await boss.send('letters', { to: 1 }, { db: jobsIn(tx) })
      })
      const undone = queries.transaction(async tx => {
        await boss.send('letters', { to: 2 }, { db: jobsIn(tx) })
        throw new Error('changed my mind')
      })
      await t.rejects(undone, { message: 'changed my mind' })
      const jobs = await boss.fetch<{ to: number }>('letters', { batchSize: 10 })
      t.same(
        jobs.map(({ data }) => data),
        [{ to: 1 }],
      )
    })
  })
}

t.test('Postgres: connections that break', { skip: !testDatabaseUrl }, async t => {
  const url = (await ownDatabase(t)).DATABASE_URL as string
  const faults: Error[] = []
  const database = await openPostgres(url, error => void faults.push(error), { maxConnections: 4 })
  t.teardown(() => database.close())
  const { queries } = database

  t.test('idle ones are reported and replaced', async t => {
    await Promise.all(Array.from({ length: 4 }, () => queries.execute(sql`select pg_sleep(0.01)`)))
    t.equal(database.connections().idle, 4)
    t.ok((await disconnectAll(url)) >= 4)
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => database.ping()))
    for (const answer of answers) if (answer.status === 'rejected') t.ok(isTransientFault(answer.reason))
    await database.ping()
    t.ok(faults.length > 0)
  })

  t.test('their statements fail as a transient fault, and the pool goes on', async t => {
    for (let round = 0; round < 5; round++) {
      const began = Promise.withResolvers<void>()
      const blocked = queries.transaction(async tx => {
        await tx.execute(sql`select 1`)
        began.resolve()
        await tx.execute(sql`select pg_sleep(600)`)
      })
      const outcome = blocked.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      await Promise.race([began.promise, outcome])
      await disconnectAll(url)
      const error = await outcome
      t.type(error, Error)
      t.ok(isTransientFault(error))
    }
    const [row] = rowsOf(await answered(() => queries.execute(sql`select 1 as one`)))
    t.equal(row?.one, 1)
    t.equal(database.connections().waiting, 0)
  })

  t.test('none is lost, whatever a transaction was doing when its connection broke', async t => {
    for (let round = 0; round < 20; round++) {
      const transactions = Array.from({ length: 8 }, () => queries.transaction(tx => tx.execute(sql`select 1`)))
      const [outcomes] = await Promise.all([Promise.allSettled(transactions), disconnectAll(url)])
      for (const outcome of outcomes) if (outcome.status === 'rejected') t.ok(isTransientFault(outcome.reason))
      const { open, idle, waiting } = database.connections()
      t.same({ lost: open - idle, waiting }, { lost: 0, waiting: 0 })
    }
    await answered(() => database.ping())
  })

  t.test('one that breaks between two statements of a transaction breaks the transaction only', async t => {
    const broken = queries.transaction(async tx => {
      await tx.execute(sql`select 1`)
      await disconnectAll(url)
      await tx.execute(sql`select 1`)
    })
    await t.rejects(broken)
    await answered(() => database.ping())
  })
})

t.test('Postgres: a network that loses everything', { skip: !testDatabaseUrl }, async t => {
  const url = (await ownDatabase(t)).DATABASE_URL as string
  const network = await proxyTcp(t, url)
  const database = await openPostgres(network.url(url), () => {}, { maxConnections: 4 })
  t.teardown(() => database.close())
  const { queries } = database
  await queries.execute(sql`create table notes (id int primary key)`)

  t.test('every waiting statement fails as a transient fault, and its connection is not used again', async t => {
    // One connection for each of them.
    const [inStatement, inBegin, inCommit] = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
    const ready = Promise.withResolvers<void>()
    const first = queries.transaction(async tx => {
      await tx.execute(sql`insert into notes values (1)`)
      inStatement?.resolve()
      await ready.promise
      await tx.execute(sql`insert into notes values (2)`)
    })
    const last = queries.transaction(async tx => {
      await tx.execute(sql`insert into notes values (3)`)
      inCommit?.resolve()
      await ready.promise
    })
    await Promise.all([inStatement?.promise, inCommit?.promise])
    await Promise.all([database.ping(), database.ping()])
    network.freeze(true)
    ready.resolve()
    const begun = queries.transaction(async () => inBegin?.resolve())
    const outcomes = await Promise.allSettled([first, last, begun, database.ping()])
    t.equal(database.connections().idle, 0, 'none of them is offered to the next')
    const connecting = await Promise.allSettled([database.ping(), queries.transaction(async () => {})])
    for (const outcome of [...outcomes, ...connecting]) {
      t.equal(outcome.status, 'rejected')
      if (outcome.status === 'rejected') t.ok(isTransientFault(outcome.reason))
    }
    network.freeze(false)
    await answered(() => database.ping())
    // One is still being opened that no statement waits for any more.
    while (database.connections().open > database.connections().idle) await delay(20)
    t.equal(database.connections().waiting, 0)
    const { rows } = (await queries.execute(sql`select 1 from notes where id = 2`)) as unknown as { rows: unknown[] }
    t.same(rows, [])
  })

  t.test('heartbeats do not wait for the maintenance of the jobs', async t => {
    const maintenance = [1, 2].map(() => database.jobs.executeSql('select pg_sleep(6)', []))
    await database.heartbeats.executeSql('select 1', [])
    const stillRunning = await Promise.race([...maintenance, Promise.resolve('still running')])
    t.equal(stillRunning, 'still running')
    await t.resolves(Promise.all(maintenance), 'which may take longer than a request')
  })
})

t.test('Postgres: a transaction that hangs loses its locks', { skip: !testDatabaseUrl }, async t => {
  const url = (await ownDatabase(t)).DATABASE_URL as string
  const [hanging, other] = await Promise.all([openPostgres(url, () => {}), openPostgres(url, () => {})])
  t.teardown(() => Promise.all([hanging.close(), other.close()]))
  await other.queries.execute(sql`create table notes (id int primary key, body text)`)
  await other.queries.execute(sql`insert into notes values (1, '')`)
  const locked = Promise.withResolvers<void>()
  const woken = Promise.withResolvers<void>()
  const hung = hanging.queries.transaction(async tx => {
    await tx.execute(sql`update notes set body = body || 'late'`)
    locked.resolve()
    await woken.promise
    await tx.execute(sql`update notes set body = body || 'later'`)
  })
  await locked.promise
  const waited = await t.rejects(other.queries.execute(sql`update notes set body = body || 'too early'`))
  t.ok(isTransientFault(waited))
  await untilAnswered(
    () => other.queries.execute(sql`update notes set body = body || 'mine'`),
    new AbortController().signal,
  )
  woken.resolve()
  const fault = await t.rejects(hung)
  t.ok(isTransientFault(fault))
  const [row] = rowsOf(await other.queries.execute(sql`select body from notes`))
  t.equal(row?.body, 'mine')
})

/** Once the connections that broke have been noticed. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!isTransientFault(error)) throw error
    }
  }
}

function rowsOf(result: unknown): Record<string, unknown>[] {
  return (result as { rows: Record<string, unknown>[] }).rows
}
