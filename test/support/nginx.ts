import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { temporaryFolder } from './conch.ts'
import { freePort } from './free-port.ts'

const configurationFile = new URL('../../deploy/nginx/conch.conf', import.meta.url)

/** Debian installs it where only root's PATH leads. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }

/** Why a test that needs nginx is not run; `false` when it can be. In CI a missing one is a failure. */
export const noNginx =
  process.env.CI_SERVICES === 'required' || spawnSync('nginx', ['-v'], { env }).status === 0
    ? (false as const)
    : 'needs nginx'

export interface NginxOptions {
  /** Where the instances listen: they take the places of the servers in `deploy/nginx/conch.conf`. */
  instances: readonly [string, string]
  /** In place of its 60 s. */
  readTimeoutMs?: number
  /** With a certificate of its own, and HTTP/2, as the file says to. */
  tls?: boolean
}

export interface Nginx {
  url: string
  /** With `tls`. */
  tlsUrl: string
  /** Its complaints. */
  errors(): Promise<string>
}

/**
 * Starts nginx with `deploy/nginx/conch.conf`, in which these are replaced and nothing else: the address it listens on,
 * the servers, the folder of the access log and, if asked for, the read timeout.
 *
 * @throws with what nginx says, when it does not accept the configuration
 */
export async function startNginx(t: Test, { instances, readTimeoutMs, tls }: NginxOptions): Promise<Nginx> {
  const folder = await temporaryFolder(t)
  const port = await freePort()
  const tlsPort = await freePort()
  const replacements: [string, string][] = [
    ['listen 80;', `listen 127.0.0.1:${port};`],
    ['server conch-1:3000 ', `server ${new URL(instances[0]).host} `],
    ['server conch-2:3000 ', `server ${new URL(instances[1]).host} `],
    ['/var/log/nginx/', `${folder}/`],
    ...(tls ? withTls(folder, tlsPort) : []),
    ...(readTimeoutMs
      ? [['proxy_read_timeout 60s;', `proxy_read_timeout ${readTimeoutMs}ms;`] as [string, string]]
      : []),
  ]
  const configuration = replacements.reduce(replaced, await readFile(configurationFile, 'utf8'))
  await writeFile(join(folder, 'conch.conf'), configuration)
  await writeFile(join(folder, 'nginx.conf'), main(folder))

  const command = ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log']
  const tested = spawnSync('nginx', [...command, '-t'], { env, encoding: 'utf8' })
  if (tested.status !== 0) throw new Error(`nginx does not accept its configuration:\n${tested.stderr}`)
  const child = spawn('nginx', command, { env, stdio: 'ignore' })
  t.teardown(() => ended(child))
  const errors = () => readFile(join(folder, 'error.log'), 'utf8')
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`nginx ended (${child.exitCode}):\n${await errors()}`)
    await delay(20)
  }
  return { url: `http://127.0.0.1:${port}`, tlsUrl: `https://127.0.0.1:${tlsPort}`, errors }
}

/** The lines that the file has for TLS, in force, with a certificate that nobody has signed. */
function withTls(folder: string, port: number): [string, string][] {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const options = [
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '1',
    '-subj',
    '/CN=localhost',
  ]
  const made = spawnSync('openssl', ['req', ...options, '-keyout', key, '-out', certificate], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`openssl made no certificate: ${made.stderr}`)
  return [
    ['#listen 443 ssl http2;', `listen 127.0.0.1:${port} ssl http2;`],
    ['#ssl_certificate /etc/nginx/tls/fullchain.pem;', `ssl_certificate ${certificate};`],
    ['#ssl_certificate_key /etc/nginx/tls/privkey.pem;', `ssl_certificate_key ${key};`],
  ]
}

/** What stands around the file where it is included: as few settings of its own as nginx lets one have. */
function main(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const { uid, username } = userInfo()
  return `
daemon off;
worker_processes 2;
pid ${folder}/nginx.pid;
${uid === 0 ? `user ${username};` : '# Its processes run as who starts it.'}
events {}
http {
  types { text/html html; }
  ${temporary.map(name => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  include conch.conf;
}
`
}

function replaced(text: string, [from, to]: [string, string]): string {
  const parts = text.split(from)
  if (parts.length !== 2) throw new Error(`"${from}" stands ${parts.length - 1} times in the configuration, not once`)
  return parts.join(to)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
