import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Agent, IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { freePort } from '../../test/support/free-port.ts'
import { startServer } from '../../test/support/server-process.ts'
import { family, pinServer } from './cores.ts'
import { type Subject, send } from './load.ts'

type Context = Pick<Test, 'teardown'>

/** With `PROFILE` set to a folder, Conch leaves a profile of its processor time there when it ends. */
const profiling: Record<string, string> = process.env.PROFILE
  ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${resolve(process.env.PROFILE)}` }
  : {}

/**
 * Conch as it is shipped. A completion is a diary review: a POST that creates the task, and the request for its
 * events, as a page sends them. With `checkout`, the Conch of another folder: the state before a change. Unless `pinned`, it has
 * all cores, as where it is used.
 */
export async function startConch(
  t: Context,
  {
    name = 'Conch',
    env,
    checkout,
    pinned = true,
  }: { name?: string; env: Record<string, string>; checkout?: string | undefined; pinned?: boolean },
): Promise<
  Subject & {
    url: string
    pid: number
    /** Everything that it has printed. */
    output(): string
    stop(): Promise<unknown>
    /** Creates a task, for a caller that opens its event stream. */
    submit(agent: Agent): Promise<{ streamUrl: string; cookie: string }>
  }
> {
  const folder = await temporaryFolder(t)
  const server = await startServer(
    { PAGES: 'bundled', DATA_DIR: folder, LOG_LEVEL: 'info', DRAIN_SECONDS: '0', ...profiling, ...env },
    checkout ? { file: resolve(checkout, 'src/server.ts') } : {},
  )
  const stop = () => server.kill('SIGTERM')
  t.teardown(stop)
  if (pinned) pinServer(server.pid)
  const submit = (agent: Agent) => submitTask(`${server.url}/api/reviews`, anyReview, agent)
  return {
    name,
    url: server.url,
    pid: server.pid,
    pids: [server.pid],
    output: server.output,
    stop,
    submit,
    async open(agent) {
      const { streamUrl, cookie } = await submit(agent)
      return send(streamUrl, { agent, headers: { cookie, accept: 'text/event-stream' } })
    },
  }
}

export const anyReview = { type: 'FEELING', body: '오늘은 시험을 봤다. 생각보다 잘 본 것 같아서 기분이 좋다.' }

/** Creates a task of a new owner: the URL of its events, and the cookie for them. */
export async function submitTask(
  url: string,
  body: object,
  agent?: Agent,
): Promise<{ streamUrl: string; cookie: string }> {
  const accepted = await send(url, { agent, body })
  const cookie = accepted.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  const { streamUrl } = JSON.parse(await text(accepted))
  return { streamUrl: new URL(streamUrl, url).href, cookie }
}

/** A server of `bench/peers/`, in its own process. */
export async function startPeer(
  t: Context,
  file: string,
  env: Record<string, string> = {},
): Promise<{ url: string; pid: number }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../peers/${file}.ts`, import.meta.url))], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => ended(child))
  const [port] = await once(createInterface({ input: child.stdout }), 'line')
  pinServer(child.pid as number)
  return { url: `http://127.0.0.1:${port}`, pid: child.pid as number }
}

/** A peer that answers each request with a completion. */
export async function startModelPeer(t: Context, name: string, file: string, modelUrl: string): Promise<Subject> {
  const { url, pid } = await startPeer(t, file, { MODEL_URL: modelUrl })
  return { name, pids: [pid], open: agent => complete(`${url}/`, agent) }
}

/** Debian's nginx as a proxy that does not buffer, with persistent connections to the model. */
export async function startNginxProxy(t: Context, modelUrl: string): Promise<Subject> {
  const { host } = new URL(modelUrl)
  const { url, pid } = await startNginx(
    t,
    port => `
      upstream model { server ${host}; keepalive 1024; }
      server {
        listen 127.0.0.1:${port} backlog=4096;
        location / {
          proxy_pass http://model;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_buffering off;
        }
      }`,
  )
  return { name: 'nginx, unbuffered', pids: family(pid), open: agent => complete(`${url}/v1/chat/completions`, agent) }
}

/** The model itself, with nothing between. */
export function direct(modelUrl: string): Subject {
  return { name: 'direct', pids: [], open: agent => complete(`${modelUrl}/chat/completions`, agent) }
}

/**
 * An nginx with one worker that logs nothing.
 *
 * @param http the content of `http { }`; gets the port to listen on
 * @param head the lines before it, such as modules to load
 */
export async function startNginx(
  t: Context,
  http: (port: number) => string,
  head = '',
): Promise<{ url: string; pid: number }> {
  const folder = await temporaryFolder(t)
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await mkdir(join(folder, 'logs'))
  await writeFile(
    join(folder, 'nginx.conf'),
    `${head}
    daemon off;
    worker_processes 1;
    worker_rlimit_nofile 20000;
    pid ${folder}/nginx.pid;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    events { worker_connections 16384; }
    http {
      access_log off;
      ${temporary.map(name => `${name}_temp_path ${folder}/${name};`).join(' ')}
      ${http(port)}
    }`,
  )
  // Debian has it where only root has it in its path.
  const child = spawn('nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], {
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  t.teardown(() => ended(child))
  const url = `http://127.0.0.1:${port}`
  await answering(url, child)
  for (const pid of family(child.pid as number)) pinServer(pid)
  return { url, pid: child.pid as number }
}

function complete(url: string, agent: Agent): Promise<IncomingMessage> {
  return send(url, { agent, body: { model: 'bench', stream: true, messages: [{ role: 'user', content: 'Write.' }] } })
}

/** Removed at the end. */
export async function temporaryFolder(t: Context): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'conch-bench-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

/** @throws when the process ends before it answers */
async function answering(url: string, child: ChildProcess): Promise<void> {
  const { port, hostname } = new URL(url)
  while (child.exitCode === null) {
    const connected = await new Promise<boolean>(resolve => {
      const socket = connect(Number(port), hostname, () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (connected) return
    await delay(20)
  }
  throw new Error(`nginx ended (${child.exitCode})`)
}
