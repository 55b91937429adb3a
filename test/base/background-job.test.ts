import t from 'tap'
import { BackgroundJob, type BackgroundJobOptions } from '../../src/base/background-job.ts'
import type { ReencryptionReport } from '../../src/db/reencryption-report.ts'

type Run = BackgroundJobOptions<ReencryptionReport>['run']

const report = (passes: number): ReencryptionReport => {
  return {
    key: 'k2',
    passes,
    columns: [],
    missingKeys: [],
    damaged: 0,
    damagedRows: [],
    olderFormat: false,
    olderKeys: [],
    unusedKeys: ['k1'],
  }
}

/** Its runs are ended by the test. */
function controlled() {
  const runs: (PromiseWithResolvers<ReencryptionReport> & Parameters<Run>[0])[] = []
  const logged: { level: string; values: object }[] = []
  const background = new BackgroundJob<ReencryptionReport>({
    name: 're-encryption',
    run: options => {
      const ending = Promise.withResolvers<ReencryptionReport>()
      runs.push({ ...options, ...ending })
      options.onProgress(report(1))
      return ending.promise
    },
    logger: {
      info: values => logged.push({ level: 'info', values }),
      error: values => logged.push({ level: 'error', values }),
    },
  })
  return { background, runs, logged }
}

t.test('one job runs at a time, and a second start reports that it runs', async t => {
  const { background, runs } = controlled()
  t.same(background.state, { status: 'idle' })
  t.same(background.start(), { status: 'running', ...report(1) })
  t.same(background.start(), { status: 'running', ...report(1) })
  t.equal(runs.length, 1)
  runs[0]?.onProgress(report(2))
  t.same(background.state, { status: 'running', ...report(2) })
})

t.test('when one is done its counts stay to be read, until the next one begins', async t => {
  const { background, runs, logged } = controlled()
  background.start()
  runs[0]?.resolve(report(2))
  await background.stop()
  t.same(background.state, { status: 'done', ...report(2) })
  t.match(logged, [{ level: 'info' }])

  const other = controlled()
  other.background.start()
  other.runs[0]?.resolve(report(2))
  await other.runs[0]?.promise
  while (other.background.state.status === 'running') await null
  t.match(other.background.start(), { status: 'running', passes: 1 })
  t.equal(other.runs.length, 2)
})

t.test('one that breaks is logged, and can be started again', async t => {
  const { background, runs, logged } = controlled()
  background.start()
  const error = new Error('no such table')
  runs[0]?.reject(error)
  while (background.state.status === 'running') await null
  t.same(background.state, { status: 'failed', ...report(1) })
  t.match(logged, [{ level: 'error', values: { err: error } }])
  t.match(background.start(), { status: 'running' })
})

t.test('stopping aborts a running job, waits for it, and lets none begin', async t => {
  const { background, runs, logged } = controlled()
  background.start()
  const [run] = runs
  let stopped = false
  const stop = background.stop().then(() => {
    stopped = true
  })
  t.ok(run?.signal.aborted)
  await null
  t.notOk(stopped)
  run?.reject(run.signal.reason)
  await stop
  t.match(logged, [{ level: 'info' }])
  background.start()
  await background.stop()
  t.equal(runs.length, 1)
})
