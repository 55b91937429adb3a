import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { amount } from '../support/amount.ts'
import { ownStorage } from '../support/conch.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { terminateBackend } from '../support/postgres-faults.ts'
import { type Fate, proxyPostgres, type Statement } from '../support/postgres-proxy.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

/** The kills take a hundred of them; the others are cut off, or end undisturbed. */
const tasks = amount(150, 1_000)
const owners = 10
/** Of the final transactions that are not chosen for a kill: those whose connection is cut. */
const cut = 0.25
/** Final transactions between two kills, so that a new process gets something done. */
const between = amount(8, 25)

/** A statement of the final transaction, counted from its first, and when it is hit. */
interface Hit {
  statement: number
  moment: 'lost' | 'done'
}

/** How long a transaction that is to be killed waits for another one. */
const patienceMs = 1_500

/** Update of the task, its outputs, the kind's rows, the outbox, the job, commit; of a batch, the rows of each kind. */
const statements = 6
const hits: Hit[] = Array.from({ length: statements }, (_, statement) => statement).flatMap(statement => [
  { statement, moment: 'lost' },
  { statement, moment: 'done' },
])

// A dozen starts, and the jobs of a killed process are taken over after ten seconds: minutes, on a busy machine.
t.setTimeout(1_200_000)

t.test(
  'of many tasks whose final transactions are killed at every statement, each ends once, with every effect once',
  { skip: testDatabaseUrl ? false : 'needs a Postgres, with backends to terminate' },
  async t => {
    const upstream = await startUpstream(t, async completion => {
      await delay(Math.random() * 40)
      completion.delta('글 ', '하나').finish()
    })
    const storage = await ownStorage(t)
    const direct = storage.DATABASE_URL as string
    const saboteur = new Saboteur(direct)
    const { url: database } = await proxyPostgres(t, direct, statement => saboteur.decide(statement))
    const env = { ...storage, DATABASE_URL: database, OPENAI_BASE_URL: upstream.baseUrl, MAX_RUNNING_OUTPUTS: '20' }
    const server = await runningServer(t, env)
    saboteur.kill = server.kill

    await Promise.all(
      Array.from({ length: owners }, async (_, owner) => {
        const visitor = new Visitor(server.url)
        for (let task = 0; task < tasks / owners; task++) await accepted(visitor, owner + task)
      }),
    )
    const query = await connected(t, direct)
    await nothingLeft(query)

    const { cuts, kills } = saboteur
    t.comment(`${cuts.length} connections cut, ${kills.length} killed with ${saboteur.deaths} processes`)
    t.equal(kills.length, hits.length, 'a process was killed at each statement, before and after it')
    for (const { statement, moment } of hits)
      t.ok(
        cuts.some(hit => hit.statement === statement && hit.moment === moment),
        `a connection was cut at statement ${statement}, which was ${moment}`,
      )

    const [counts] = await query(`
      select count(*)::int as tasks,
        count(*) filter (where status in ('completed', 'failed') and ends = 1)::int as ended,
        count(*) filter (where status = 'failed')::int as failed,
        (select count(*)::int from reviews) as reviews
      from tasks`)
    const { tasks: all, failed } = counts as { tasks: number; failed: number }
    t.ok(all >= tasks, 'every task that was accepted is there')
    t.same(counts, { tasks: all, ended: all, failed, reviews: all - failed }, 'each has ended once')
    const [effects] = await query(`
      select (select sum(tasks)::int from statistics where owner_id in (select owner_id from tasks)) as tasks,
        (select sum(failed)::int from statistics where owner_id in (select owner_id from tasks)) as failed,
        (select count(*)::int from library where status = 'completed') as reviews,
        (select count(*)::int from notifications where kind = 'task.failed') as "failuresTold",
        (select count(distinct task_id)::int from notifications) as "tasksTold",
        (select count(*)::int from failed_events) as "failedEvents"`)
    t.same(effects, {
      tasks: all,
      failed,
      reviews: all - failed,
      failuresTold: failed,
      tasksTold: failed,
      failedEvents: 0,
    })
    t.equal(await server.stop(), 0)
  },
)

/** Chooses which final transactions are hit, where, and how. */
class Saboteur {
  readonly cuts: Hit[] = []
  readonly kills: Hit[] = []
  /** Kills the process and starts another. */
  kill: (() => Promise<void>) | undefined
  readonly #databaseUrl: string
  readonly #planned = shuffled(hits)
  /** What happens in the transaction under way of each connection. */
  readonly #chosen = new Map<number, { hit: Hit; how: 'cut' | 'kill' }>()
  #sinceKill = 0
  /** The kill that waits for another transaction, or is under way. */
  #kill: { another: PromiseWithResolvers<void>; done: Promise<void> } | undefined
  deaths = 0

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl
  }

  decide({ text, transaction, backendPid }: Statement): Fate {
    const first = transaction.findIndex(statement =>
      /^(with "free" as .*)?update "tasks" set .*"terminal_id" = /.test(statement),
    )
    if (first < 0) return { kind: 'pass' }
    if (transaction.length - 1 === first) this.#choose(backendPid)
    const chosen = this.#chosen.get(backendPid)
    const now = /^commit/i.test(text) ? statements - 1 : transaction.length - 1 - first
    if (chosen?.hit.statement !== now) return { kind: 'pass' }
    this.#chosen.delete(backendPid)
    const { hit, how } = chosen
    if (how === 'kill') {
      // Of several that were chosen for the same kill, one has it.
      if (!this.#planned.includes(hit)) return { kind: 'pass' }
      this.#planned.splice(this.#planned.indexOf(hit), 1)
    }
    const fault = how === 'kill' ? () => this.#killSoon() : () => terminateBackend(this.#databaseUrl, backendPid)
    ;(how === 'kill' ? this.kills : this.cuts).push(hit)
    return { kind: hit.moment, fault }
  }

  /**
   * Kills the process once another final transaction is where it is to be killed as well, for a start takes seconds. The other
   * one may wait for a lock of this one: then it is killed without.
   */
  #killSoon(): Promise<void> {
    if (this.#kill) {
      this.#kill.another.resolve()
      return this.#kill.done
    }
    const another = Promise.withResolvers<void>()
    const done = Promise.race([another.promise, delay(patienceMs, undefined, { ref: false })]).then(async () => {
      this.deaths++
      this.#chosen.clear()
      await this.kill?.()
      this.#sinceKill = 0
      this.#kill = undefined
    })
    this.#kill = { another, done }
    return done
  }

  /** So that none is left out, however few the tasks are. */
  #leastCut(): Hit {
    const times = (hit: Hit) => this.cuts.filter(other => other === hit).length
    return shuffled(hits).reduce((least, hit) => (times(hit) < times(least) ? hit : least))
  }

  #choose(backendPid: number): void {
    this.#chosen.delete(backendPid)
    // It stays planned until it has happened: a transaction may end before it comes to its statement.
    const others = Array.from(this.#chosen.values(), ({ hit }) => hit)
    const planned =
      this.#sinceKill++ >= between
        ? (this.#planned.findLast(hit => !others.includes(hit)) ?? this.#planned.at(-1))
        : undefined
    if (planned) {
      this.#chosen.set(backendPid, { hit: planned, how: 'kill' })
    } else if (Math.random() < cut) {
      const hit = this.#leastCut()
      this.#chosen.set(backendPid, { hit, how: 'cut' })
    }
  }
}

/** A server that is started again, at the same address, whenever it was killed. */
async function runningServer(t: Test, env: Record<string, string>) {
  let server: Promise<ServerProcess> = startServer(env)
  const { url } = await server
  const kill = async (signal: NodeJS.Signals) => (await server).kill(signal)
  t.teardown(() => kill('SIGKILL'))
  return {
    url,
    /** Does not wait for the next one. */
    async kill(): Promise<void> {
      await kill('SIGKILL')
      server = startServer({ ...env, PORT: new URL(url).port })
    },
    stop: () => kill('SIGTERM'),
  }
}

/**
 * Sends until it is accepted. A request whose answer was lost may have been accepted, too: then there are more tasks.
 */
async function accepted(visitor: Visitor, index: number): Promise<void> {
  for (;;) {
    try {
      await visitor.submit('/api/reviews', { body: `오늘의 일기 ${index}`, type: 'FEELING' })
      return
    } catch {
      await delay(100)
    }
  }
}

/** Resolves when all tasks and events are finished. */
async function nothingLeft(query: Query): Promise<void> {
  for (;;) {
    const [left] = await query(`
      select (select count(*)::int from tasks where status in ('queued', 'running')) as tasks,
        (select count(*)::int from pgboss.job where state in ('created', 'retry', 'active')
          and (name = 'outbox' or name in (select name from pgboss.subscription))) as jobs`)
    if (left?.tasks === 0 && left.jobs === 0) return
    await delay(250)
  }
}

type Query = (statement: string) => Promise<Record<string, unknown>[]>

async function connected(t: Test, url: string): Promise<Query> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  t.teardown(() => client.end())
  return async statement => (await client.query(statement)).rows
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map(item => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
