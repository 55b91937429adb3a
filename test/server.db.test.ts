import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { anyRecord } from './support/any-record.ts'
import { briefly } from './support/briefly.ts'
import { ownStorage, startConch, temporaryFolder } from './support/conch.ts'
import { root } from './support/deployment.ts'
import { copyEmptyDatabase } from './support/empty-database.ts'
import { operatorToken } from './support/operator.ts'
import { type ServerProcess, startServer } from './support/server-process.ts'
import { startUpstream } from './support/upstream.ts'
import { Visitor } from './support/visitor.ts'

t.test('killed with -9 in the middle of a stream', async t => {
  const upstream = await startUpstream(t, completion => completion.delta('처음에는 '))
  const env = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl }
  let process = await server(t, env)
  const visitor = () => new Visitor(process.url, cookie)
  let cookie: string | undefined
  const first = visitor()
  const id = await first.record(anyRecord)
  cookie = first.cookie
  const watcher = await first.watchTask(id)
  await watcher.until(({ texts }) => texts.size === 3 && !Array.from(texts.values()).includes(''))
  const dying = 'NEVER-ENDS'
  const doomed = await first.record({ ...anyRecord, observations: dying, versions: 1 })
  const livesOfDoomed = () => upstream.completions.filter(one => JSON.stringify(one.body).includes(dying)).length
  await upstream.requested(4)
  await process.kill('SIGKILL')
  await watcher.ended
  t.notOk(watcher.transcript.done, 'the stream was cut, not ended')

  upstream.answer(completion => {
    if (JSON.stringify(completion.body).includes(dying)) completion.delta('글')
    else completion.delta('다시 ', '쓴 글').finish()
  })
  process = await server(t, env)

  t.test('and started again, it finishes the task', async t => {
    const after = visitor()
    t.ok((await listed(after)).includes(id), 'it is in its list all the time')
    const again = await after.watchTask(id, watcher.transcript.lastId)
    await again.ended
    t.match(again.transcript.chunks[0], { type: 'data-reset', data: { reason: 'new-attempt' } })
    t.ok(again.transcript.done)
    for (const output of [0, 1, 2]) t.equal(again.transcript.text(output), '다시 쓴 글')
    t.match(await after.task(id), { status: 'completed', attempt: 2 })
    t.equal((await after.json('GET', `/api/records/${id}`)).status, 200)
  })

  t.test('a task that dies with its server again and again ends as failed', async t => {
    for (let life = 2; life <= 3; life++) {
      while (livesOfDoomed() < life) await upstream.requested(upstream.completions.length + 1)
      await process.kill('SIGKILL')
      if (life < 3) process = await server(t, env)
    }
    const last = await startConch(t, env)
    const visitor = new Visitor(last.url, cookie)
    const { chunks } = await visitor.finished(doomed)
    t.equal(chunks.at(-1)?.type, 'error')
    t.match(await visitor.task(doomed), { status: 'failed', attempt: 4, error: { code: 'attempts-lost' } })
    t.equal(livesOfDoomed(), 3)
  })
})

t.test('SIGTERM: running tasks may end, then the process does, with 0', async t => {
  const upstream = await startUpstream(t, completion => completion.delta('글'))
  const env = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl, DRAIN_SECONDS: '60' }
  const process = await server(t, env)
  const visitor = new Visitor(process.url)
  const id = await visitor.record({ ...anyRecord, versions: 1 })
  const watcher = await visitor.watchTask(id)
  await watcher.until(({ texts }) => texts.get(0) === '글')
  process.child.kill('SIGTERM')
  process.child.kill('SIGTERM') // npm forwards the one that its child got as well
  while ((await visitor.fetch('/readyz')).status !== 503) await briefly()
  upstream.completions[0]?.finish()
  await watcher.ended
  t.ok(watcher.transcript.done)
  t.equal(await process.exited, 0)
})

t.test('SIGTERM: a task that cannot end in time is given back and taken up by the next process', async t => {
  const upstream = await startUpstream(t, completion => completion.delta('글'))
  const env = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl, DRAIN_SECONDS: '0' }
  const first = await server(t, env)
  const before = new Visitor(first.url)
  const id = await before.record({ ...anyRecord, versions: 1 })
  const watcher = await before.watchTask(id)
  await watcher.until(({ texts }) => texts.get(0) === '글')
  t.equal(await first.kill('SIGTERM'), 0)
  await watcher.ended
  t.notOk(watcher.transcript.done)
  t.notOk(watcher.transcript.types().includes('abort'), 'no reader sees a cancellation')

  upstream.answer(completion => completion.delta('새 글').finish())
  const second = await startConch(t, env)
  const after = new Visitor(second.url, before.cookie)
  t.equal((await after.finished(id)).text(0), '새 글')
})

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  t.test(`npm start: ${signal} to npm ends the server, and frees the folder`, async t => {
    const storage = await ownStorage(t)
    const npm = spawn('npm', ['start', '--silent', `--prefix=${root}`], {
      env: { PATH: process.env.PATH, HOME: storage.DATA_DIR, PORT: '0', LOG_LEVEL: 'info', ...storage },
      cwd: storage.DATA_DIR,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(npm, 'exit')
    let pid = 0
    for await (const line of createInterface({ input: npm.stdout })) {
      const { msg, pid: named } = JSON.parse(line)
      pid = named
      if (/Server listening at/.test(msg)) break
    }
    t.teardown(() => isRunning(pid) && process.kill(pid, 'SIGKILL'))
    npm.stdout.resume()
    npm.kill(signal)
    await ended
    t.notOk(isRunning(pid), 'nothing is left behind')
    const next = await startConch(t, storage)
    t.equal((await next.visitor().fetch('/healthz')).status, 200)
  })

t.test('no npm script leaves a shell between npm and its program, which would not pass signals on', async t => {
  const { scripts } = JSON.parse(await readFile(`${root}package.json`, 'utf8'))
  for (const [name, script] of Object.entries<string>(scripts))
    t.match(script.split('&&').at(-1), /^ *exec /, `${name}: ${script}`)
})

t.test('a wrong setting stops the start with one line', async t => {
  const folder = await temporaryFolder(t)
  await t.rejects(startServer({ DATA_DIR: folder, MAX_RUNNING_OUTPUTS: 'many' }), {
    message: /conch: MAX_RUNNING_OUTPUTS.*many.*\n$/,
  })
})

t.test('the start prints the page of operators and the made token, which is not in the collected log', async t => {
  const folder = await temporaryFolder(t)
  await copyEmptyDatabase(folder)
  const made = await server(t, { DATA_DIR: folder, LOG_LEVEL: 'trace' })
  const line = `conch: operations at ${made.url}/operations, token in ${folder}/operator-token\n`
  while (!made.output().includes(line)) await briefly()
  const token = (await readFile(`${folder}/operator-token`, 'utf8')).trim()
  t.notOk(made.output().includes(token))

  t.test('two processes on one folder: the second ends and names the first', async t => {
    await t.rejects(startServer({ DATA_DIR: folder }), { message: new RegExp(`conch: .*${made.pid}`) })
    await made.kill('SIGKILL')
    const next = await startConch(t, { DATA_DIR: folder })
    t.pass('and after a kill -9 the next one starts')
    await next.close()
  })

  t.test('a given token is not printed, nor where it is', async t => {
    const given = await server(t, { DATA_DIR: folder, OPERATOR_TOKEN: operatorToken })
    // A request that is answered after all is printed.
    await new Visitor(given.url).fetch('/healthz')
    t.test('SIGTERM: a request that never ends does not hold the process', async t => {
      const client = connect(Number(new URL(given.url).port), '127.0.0.1')
      t.teardown(() => client.destroy())
      client.on('error', () => {})
      client.write(
        'POST /api/records HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
      )
      // A request that is answered after it has been read.
      await new Visitor(given.url).fetch('/healthz')
      t.equal(await given.kill('SIGTERM'), 0)
    })
    t.notMatch(given.output(), /operations at|operator-token/)
  })
})

async function server(t: Test, env: Record<string, string>): Promise<ServerProcess> {
  const started = await startServer(env)
  t.teardown(() => started.kill('SIGKILL'))
  return started
}

/** The ids of a visitor's records. */
async function listed(visitor: Visitor): Promise<string[]> {
  const { body } = await visitor.json<{ items: { id: string }[] }>('GET', '/api/records')
  return body.items.map(({ id }) => id)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
