import t from 'tap'
import { startConch, temporaryFolder } from '../support/conch.ts'
import { copyEmptyDatabase } from '../support/empty-database.ts'
import { smallDisk } from '../support/full-disk.ts'

t.test('while the disk is full the server is not ready, refuses what it cannot save, and logs why', async t => {
  const log: string[] = []
  const folder = await temporaryFolder(t)
  await copyEmptyDatabase(folder)
  const logDestination = { write: (line: string) => void log.push(line) }
  const { disk, started: conch } = await smallDisk(t, () =>
    startConch(t, { DATA_DIR: folder, LOG_LEVEL: 'info' }, { logDestination }),
  )
  const visitor = conch.visitor()
  t.match(await visitor.json('GET', '/readyz'), { status: 200, body: { status: 'ready' } })

  disk.fill()
  t.match(await visitor.json('GET', '/readyz'), { status: 503, body: { status: 'disk full' } })
  t.equal((await visitor.fetch('/healthz')).status, 200, 'a restart makes no room')
  t.equal((await visitor.fetch('/api/reviews')).status, 200, 'what is there can be read')
  // Postgres needs new room for a text of this length.
  const diary = {
    body: Array.from({ length: 20_000 }, (_, index) => String.fromCodePoint(0xac00 + ((index * 7919) % 11_172))).join(
      '',
    ),
    type: 'FEELING',
  }
  const refused = await visitor.json('POST', '/api/reviews', diary)
  t.match(refused, { status: 503, body: { code: 'disk-full', detail: /disk is full/ } })
  t.match(refused.headers.get('retry-after'), /^\d+$/)
  const said = log.map(line => JSON.parse(line).msg)
  t.ok(said.includes('not ready: the disk of the database is full'))
  t.ok(said.includes('request failed: the disk of the database is full'))
  t.notMatch(log.join(''), 'does not answer')

  disk.free()
  t.match(await visitor.json('GET', '/readyz'), { status: 200, body: { status: 'ready' } })
  t.equal((await visitor.json('POST', '/api/reviews', diary)).status, 202)
})
