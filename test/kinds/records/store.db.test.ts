import t, { type Test } from 'tap'
import { anyRecord } from '../../support/any-record.ts'
import { ownStorage, startConch } from '../../support/conch.ts'
import { openRaw } from '../../support/raw-database.ts'
import { type Script, startUpstream } from '../../support/upstream.ts'
import { Visitor } from '../../support/visitor.ts'

type Shown = { versions: { text: string; damaged?: true }[] }

const marker = 'MARKER-마당'
const marked = {
  ...anyRecord,
  observations: `${marker} 관찰`,
  subject: `${marker} 과목`,
  label: `${marker} 표지`,
  tone: `${marker} 말투`,
  keywords: [`${marker} 낱말`],
  versions: 2,
}

t.test(
  'a value that was moved to another row cannot be decrypted: its row says so, and the log repeats nothing',
  async t => {
    const storage = await ownStorage(t)
    const first = await conchOn(t, storage, completion => completion.delta(marker).finish())
    const [one, two, three] = [
      await first.visitor.record({ ...marked, subject: `${marker} 하나` }),
      await first.visitor.record({ ...marked, subject: `${marker} 둘` }),
      await first.visitor.record(marked),
    ]
    for (const id of [one, two, three]) await first.visitor.finished(id)
    await first.conch.close()

    const raw = await openRaw(t, storage)
    await raw.query('update records set subject = (select subject from records where id = $2) where id = $1', [
      one,
      two,
    ])
    await raw.query(
      `update outputs set text = (select text from outputs where task_id = $1 and index = 1)
     where task_id = $1 and index = 0`,
      [two],
    )
    await raw.close()

    const second = await conchOn(t, storage, () => {})
    const visitor = new Visitor(second.conch.url, first.visitor.cookie)
    for (const path of [`records/${one}`, `records/${two}`, `tasks/${two}`, 'records']) {
      const { status, body } = await visitor.json('GET', `/api/${path}`)
      t.equal(status, 200, path)
      t.match(JSON.stringify(body), '"damaged":true', path)
    }
    const shown = async (id: string) => (await visitor.json<Shown>('GET', `/api/records/${id}`)).body
    t.notMatch(JSON.stringify(await shown(one)), `${marker} 둘`, 'the subject of another record is not shown')
    t.match(await shown(two), { versions: [{ text: '', damaged: true }, { text: marker }] })
    t.equal((await visitor.json('GET', `/api/records/${three}`)).status, 200, 'the others are read')
    t.equal((await visitor.json('GET', `/api/tasks/${one}`)).status, 200)
    const log = second.log.join('')
    t.match(log, '"table":"records","column":"subject"')
    t.match(log, '"table":"outputs","column":"text"')
    t.notMatch(log, 'MARKER')
  },
)

t.test('a task whose input cannot be read fails, and holds up no other task', async t => {
  const storage = await ownStorage(t)
  const first = await conchOn(t, storage, () => {})
  const unreadable = await first.visitor.record({ ...marked, versions: 1 })
  const readable = await first.visitor.record({ ...marked, versions: 1 })
  await first.upstream.requested(2)
  await first.conch.close()

  const raw = await openRaw(t, storage)
  const moved = 'update tasks set input = (select input from tasks where id = $2) where id = $1'
  await raw.query(moved, [unreadable, readable])
  await raw.close()

  const second = await conchOn(t, storage, completion => completion.delta('글').finish())
  const visitor = new Visitor(second.conch.url, first.visitor.cookie)
  await visitor.finished(readable)
  t.equal((await visitor.task(readable)).status, 'completed')
  while (!(await visitor.finished(unreadable)).done);
  t.match(await visitor.task(unreadable), { status: 'failed', error: { code: 'input-damaged' } })
  t.equal(second.upstream.completions.length, 1)
  t.match(second.log.join(''), '"table":"tasks","column":"input"')
})

async function conchOn(t: Test, storage: Record<string, string>, script: Script) {
  const log: string[] = []
  const upstream = await startUpstream(t, script)
  const conch = await startConch(
    t,
    { ...storage, OPENAI_BASE_URL: upstream.baseUrl, LOG_LEVEL: 'trace' },
    { logDestination: { write: line => void log.push(line) } },
  )
  return { conch, upstream, log, visitor: conch.visitor() }
}
