import { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { startUpstream, type UpstreamCompletion } from '../test/support/upstream.ts'
import { withContext } from './support/context.ts'
import { cpuMicros, family, pinLoad, privateBytes } from './support/cores.ts'
import { send } from './support/load.ts'
import { chosenBackend, quantile, report } from './support/measure.ts'
import { timeToken } from './support/model.ts'
import { startConch, startNginx, startPeer } from './support/subjects.ts'
import { type Watched, Watchers } from './support/watchers.ts'

const rounds = Number(process.env.ROUNDS ?? 3)

/** This many events, at a rate that keeps every server and client busy for at most half of the time. */
const regimes = [
  { watchers: 1, events: 400, perSecond: 200 },
  { watchers: 10, events: 400, perSecond: 200 },
  { watchers: 100, events: 200, perSecond: 100 },
  { watchers: 1_000, events: 40, perSecond: 20 },
  { watchers: 5_000, events: 8, perSecond: 4 },
].filter(({ watchers }) => !process.env.WATCHERS || process.env.WATCHERS.split(',').includes(String(watchers)))

const collectsOnSignal = {
  NODE_OPTIONS: `--expose-gc --import ${new URL('peers/collect-on-signal.ts', import.meta.url)}`,
}

/** One source of events, for all its watchers. */
interface Broadcast extends Watched {
  publish(text: string): void
  end(): void
}

interface Subject {
  name: string
  pids: readonly number[]
  broadcast(): Promise<Broadcast>
}

/**
 * One task with many watchers: processor time per delivered event, the time from sending to arrival, and the
 * memory of an idle client. Conch gets its events from a model, and handles them as always;
 * the other servers get the same bytes with a POST for each.
 *
 * Each client must get all events, in order.
 */
await withContext(async t => {
  pinLoad()
  // One connection to each: events that are posted arrive in their order.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const subjects: Subject[] = [
    await conch(),
    await node('raw loop', 'raw-fanout'),
    await node('better-sse', 'better-sse'),
  ]
  subjects.push(await nchan())

  const memory = new Map<Subject, number>()
  for (const subject of subjects) memory.set(subject, await bytesPerWatcher(subject))
  const rows: Record<string, unknown>[] = []
  for (const regime of regimes) {
    const micros = new Map(subjects.map(subject => [subject, [] as number[]]))
    const delays = new Map(subjects.map(subject => [subject, [] as number[]]))
    // The first round warms up. All take turns, so that they have the same machine.
    for (let round = 0; round <= rounds; round++) {
      for (const subject of subjects) {
        const events = round === 0 ? Math.ceil(regime.events / 4) : regime.events
        const measured = await measure(subject, { ...regime, events })
        if (round === 0) continue
        micros.get(subject)?.push(measured.micros)
        delays.get(subject)?.push(...measured.delays)
      }
    }
    const median = (subject: Subject) => quantile(micros.get(subject) ?? [], 0.5)
    for (const subject of subjects) {
      const last = regime.watchers === regimes.at(-1)?.watchers
      rows.push({
        watchers: regime.watchers,
        'events a second': regime.perSecond,
        server: subject.name,
        'CPU per delivered event (µs)': rounded(median(subject), 1),
        'Conch / it': rounded(median(subjects[0] as Subject) / median(subject), 2),
        'p50 (ms)': rounded(quantile(delays.get(subject) ?? [], 0.5), 2),
        'p99 (ms)': rounded(quantile(delays.get(subject) ?? [], 0.99), 2),
        'memory of an idle one (KB)': last ? rounded((memory.get(subject) ?? 0) / 1024, 1) : undefined,
        'each round (µs)': micros
          .get(subject)
          ?.map(value => value.toFixed(1))
          .join(' '),
      })
    }
  }
  await report('fanout', rows)

  async function conch(): Promise<Subject> {
    let asked: (completion: UpstreamCompletion) => void
    const { baseUrl } = await startUpstream(t, completion => asked(completion))
    const { name, env } = await chosenBackend(t)
    const { submit, ...subject } = await startConch(t, {
      name: `Conch, ${name}`,
      env: { OPENAI_BASE_URL: baseUrl, ...collectsOnSignal, ...env },
    })
    return {
      ...subject,
      async broadcast() {
        const requested = new Promise<UpstreamCompletion>(resolve => {
          asked = resolve
        })
        const { streamUrl, cookie } = await submit(agent)
        const completion = await requested
        // The text has begun.
        completion.delta('> ')
        return {
          url: streamUrl,
          headers: { cookie },
          publish: text => void completion.delta(text),
          end: () => completion.finish(),
        }
      },
    }
  }

  async function node(name: string, file: string): Promise<Subject> {
    const { url, pid } = await startPeer(t, file, collectsOnSignal)
    return { name, pids: [pid], broadcast: async () => posted(`${url}/`, `${url}/`) }
  }

  async function nchan(): Promise<Subject> {
    const { url, pid } = await startNginx(
      t,
      port => `
        nchan_max_reserved_memory 512m;
        server {
          listen 127.0.0.1:${port} backlog=4096;
          location = /publish { nchan_publisher http; nchan_channel_id bench; }
          location = /watch {
            nchan_subscriber eventsource;
            nchan_channel_id bench;
            nchan_subscriber_first_message newest;
          }
        }`,
      'load_module /usr/lib/nginx/modules/ngx_nchan_module.so;',
    )
    return { name: 'nchan', pids: family(pid), broadcast: async () => posted(`${url}/publish`, `${url}/watch`) }
  }

  /** Events of the size of Conch's, each sent to a server with a POST. */
  function posted(publishUrl: string, url: string): Broadcast {
    return {
      url,
      publish(delta) {
        send(publishUrl, { agent, body: { type: 'text-delta', id: '0', delta } }).then(answer => answer.resume())
      },
      end() {},
    }
  }
})

async function measure(
  subject: Subject,
  { watchers: count, events, perSecond }: { watchers: number; events: number; perSecond: number },
): Promise<{ micros: number; delays: number[] }> {
  const broadcast = await subject.broadcast()
  const watchers = new Watchers()
  try {
    await watchers.open(broadcast, count)
    const before = cpuMicros(subject.pids)
    let due = performance.now()
    for (let event = 0; event < events; event++) {
      const token = timeToken()
      watchers.sent.push(token.trimEnd())
      broadcast.publish(token)
      due += 1000 / perSecond
      await delay(Math.max(0, due - performance.now()))
    }
    await watchers.all()
    return { micros: (cpuMicros(subject.pids) - before) / (events * count), delays: watchers.delays }
  } finally {
    watchers.close()
    broadcast.end()
  }
}

/** The private memory that 5,000 watchers of a silent source add to a process, per watcher. */
async function bytesPerWatcher(subject: Subject): Promise<number> {
  const count = 5_000
  const broadcast = await subject.broadcast()
  const watchers = new Watchers()
  try {
    // The first ones use memory that was free before.
    await watchers.open(broadcast, 1_000)
    const before = await settled(subject)
    await watchers.open(broadcast, count)
    return ((await settled(subject)) - before) / count
  } finally {
    watchers.close()
    broadcast.end()
  }
}

/** Private bytes, after a garbage collection. */
async function settled({ name, pids }: Subject): Promise<number> {
  for (let turn = 0; turn < 2; turn++) {
    await delay(1_000)
    if (name !== 'nchan') for (const pid of pids) process.kill(pid, 'SIGUSR2')
  }
  await delay(1_000)
  return privateBytes(pids)
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
