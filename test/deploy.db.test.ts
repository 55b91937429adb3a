import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readdir, readFile, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { parseEnv } from 'node:util'
import { DCLinter } from 'dclint'
import { validate } from 'dockerfile-utils'
import t from 'tap'
import { readConfig } from '../src/config/read-config.ts'
import { settings } from '../src/config/settings.ts'
import { heartbeatMs } from '../src/sse/sse-stream.ts'
import { startConch, temporaryFolder } from './support/conch.ts'
import { composed, deployed, image, interpolated, root } from './support/deployment.ts'
import { copyEmptyDatabase } from './support/empty-database.ts'
import { freePort } from './support/free-port.ts'

t.test('the Dockerfile is a valid one', async t => {
  t.same(validate(deployed('Dockerfile')), [])
})

t.test('the Compose file fits its schema and the rules for good ones', async t => {
  // An order for keys that is not common; and a port in quotes that it takes for one without, when a variable is in it.
  const rules = { 'service-keys-order': 0, 'top-level-properties-order': 0, 'require-quotes-in-ports': 0 } as const
  const linter = new DCLinter({ rules, quiet: true, debug: false, exclude: [] })
  const results = linter.lintFiles([`${root}deploy/compose.yaml`], false)
  t.equal(results.length, 1)
  t.same(
    results.flatMap(({ messages }: { messages: object[] }) => messages),
    [],
  )
})

t.test('the builder gets the files of the image, all of them and no others', async t => {
  const allowed = (await readFile(`${root}.dockerignore`, 'utf8')).split('\n').filter(line => /^[^#]/.test(line))
  t.equal(allowed.shift(), '*', 'nothing')
  const copied = image().copies.map(({ source }) => `!${source}`)
  t.same(allowed.toSorted(), [...new Set([...copied, '!package-lock.json'])].sort())
})

t.test('what the image holds is enough to serve, to be found healthy and to be stopped', async t => {
  const { copies, env, command, healthcheck } = image()
  const [app, data] = [await temporaryFolder(t), await temporaryFolder(t)]
  for (const { source, target } of copies) await cp(`${root}${source}`, `${app}/${target}`, { recursive: true })
  await symlink(`${root}node_modules`, `${app}/node_modules`)
  await copyEmptyDatabase(data)
  const own = { PATH: dirname(process.execPath), ...env, DATA_DIR: data, PORT: String(await freePort()) }
  const [program = '', ...args] = command
  const healthy = () => {
    const [checker = '', ...checks] = healthcheck
    return exitCode(spawn(checker, checks, { env: own, stdio: 'ignore' }))
  }

  t.equal(await healthy(), 1, 'no server runs yet')
  const child = spawn(program, args, { cwd: app, env: own, stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => void child.kill('SIGKILL'))
  const exit = exitCode(child)
  for await (const line of createInterface({ input: child.stdout })) if (/Server listening at/.test(line)) break
  child.stdout.resume()
  t.equal(await healthy(), 0)
  const page = await fetch(`http://127.0.0.1:${own.PORT}/`)
  t.match(await page.text(), /<html/)
  child.kill('SIGTERM')
  t.equal(await exit, 0)
})

t.test('the commands of .env.example make a valid configuration', async t => {
  const example = deployed('.env.example')
  const made: Record<string, string> = {}
  for (const [, command = '', name = ''] of example.matchAll(/^# (openssl .*|echo .*)\n(\w+)=$/gm))
    made[name] = execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim()
  const values = { ...parseEnv(example), ...made } as Record<string, string>
  const { services, text } = composed()
  t.doesNotThrow(() => interpolated(text, values), 'every variable has a value')
  const asked = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name)
  t.same([...new Set(asked)].sort(), Object.keys(made).sort(), 'those that must be set are those with a command')

  for (const name of ['conch-1', 'conch-2']) {
    const environment = services[name]?.environment ?? {}
    const filled = Object.entries(environment).map(([key, value]) => [key, interpolated(value, values)])
    const config = readConfig({ ...values, ...image().env, ...Object.fromEntries(filled) })
    t.match(config, { databaseUrl: /^postgres:/, redisUrl: /^redis:/, trustProxy: true, host: '0.0.0.0' })
    for (const key of Object.keys({ ...environment, ...image().env }))
      t.ok(key in settings || key === 'NODE_ENV', `${key} is a setting`)
  }
  const ofCompose = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name as string)
  for (const key of Object.keys(values)) t.ok(key in settings || ofCompose.includes(key), `${key} is used`)
})

t.test('Docker waits longer than stopping may take', async t => {
  const { services } = composed()
  // Not to be imported: it would start.
  const graceMs = /stopGraceMs = ([\d_]+)/.exec(await readFile(`${root}src/server.ts`, 'utf8'))?.[1]?.replace('_', '')
  for (const name of ['conch-1', 'conch-2']) {
    const { environment, stop_grace_period } = services[name] ?? {}
    const stoppingMs = Number(environment?.DRAIN_SECONDS) * 1000 + Number(graceMs)
    t.ok(Number(/^(\d+)s$/.exec(stop_grace_period ?? '')?.[1]) * 1000 > stoppingMs, name)
  }
})

t.test('nginx has the instances of the Compose file, and the limits of Conch', async t => {
  const configuration = deployed('nginx/conch.conf')
  const { services } = composed()
  const { app } = await startConch(t)
  const setting = (name: string) => new RegExp(`^\\s*${name} (\\d+)(?:s|k);`, 'm').exec(configuration)?.[1]

  const servers = [...configuration.matchAll(/^ +server (\S+):(\d+) /gm)].map(([, name, port]) => ({ name, port }))
  t.equal(servers.length, 2)
  for (const { name = '', port } of servers) {
    t.equal(port, image().env.PORT)
    const { networks = {} } = services[name] ?? {}
    const address = Array.isArray(networks) ? undefined : networks.front?.ipv4_address
    t.ok(services.nginx?.extra_hosts?.includes(`${name}:${address}`), `${name} is at ${address}`)
  }
  t.equal(Number(setting('client_max_body_size')) * 1024, app.initialConfig.bodyLimit)
  t.ok(Number(setting('keepalive_timeout')) * 1000 < app.server.keepAliveTimeout)
  t.ok(Number(setting('proxy_read_timeout')) * 1000 >= 3 * heartbeatMs)
})

t.test('the page on operating it names settings, metrics and commands that exist', async t => {
  const page = await readFile(`${root}docs/operations.md`, 'utf8')
  const { url } = await startConch(t)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const withRedisOnly = 'conch_redis_connected'
  for (const [name] of page.matchAll(/\b(conch|nodejs|process)_\w\w+/g))
    t.ok(name === withRedisOnly || metrics.includes(`# HELP ${name.replace(/_(bucket|sum|count)$/, '')} `), name)
  for (const [, name = ''] of metrics.matchAll(/^# HELP (conch_\w+) /gm))
    t.ok(page.includes(`\`${name}\``), `${name} is listed`)
  const known = new Set([...Object.keys(settings), ...Object.keys(parseEnv(deployed('.env.example')))])
  for (const [, name = ''] of page.matchAll(/`([A-Z]+(?:_[A-Z]+)+)\b/g)) t.ok(known.has(name), name)
  const sources = await Promise.all(
    (await readdir(`${root}src`, { recursive: true }))
      .filter(name => name.endsWith('.ts'))
      .map(name => readFile(`${root}src/${name}`, 'utf8')),
  )
  const faults = page.slice(page.indexOf('## What each fault'), page.indexOf('## Health'))
  const quoted = [...faults.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words)
  const said = quoted.filter(words => /^[\w;, ]+ [\w;, ]+$/.test(words) && !/^conch_/.test(words))
  t.ok(said.length >= 10)
  for (const words of said)
    t.ok(words === 'Connection refused' || sources.some(source => source.includes(words)), `"${words}" is said`)
  const { scripts } = JSON.parse(await readFile(`${root}package.json`, 'utf8'))
  for (const [, name = ''] of page.matchAll(/npm run ([\w:]+)/g)) t.ok(name in scripts, `npm run ${name}`)
})

async function exitCode(child: ReturnType<typeof spawn>): Promise<number | string> {
  const [code, signal] = await once(child, 'exit')
  return code ?? signal
}
