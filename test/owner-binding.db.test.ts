import t from 'tap'
import {
  anything,
  everyChannel,
  everythingOf,
  madeQuiz,
  noticeOf,
  reachable,
  saidConversation,
  writtenRecord,
  writtenReview,
} from './support/belongings.ts'
import { runCommand } from './support/command.ts'
import { ownStorage, startConch } from './support/conch.ts'
import { handled } from './support/handled.ts'
import { toOldFormat } from './support/old-format.ts'
import { operatorToken } from './support/operator.ts'
import { openRaw } from './support/raw-database.ts'
import { keyEntry } from './support/rotation.ts'
import { solapiAccount, startSolapi } from './support/solapi.ts'
import { startUpstream } from './support/upstream.ts'
import { Visitor } from './support/visitor.ts'

const k1 = { id: 'k1', key: Buffer.alloc(32, 'k1') }
const api = await startSolapi(t)
const upstream = await startUpstream(t, anything)
const storage = {
  ...(await ownStorage(t)),
  ...everyChannel(api, solapiAccount),
  OPENAI_BASE_URL: upstream.baseUrl,
  ENCRYPTION_KEYS: keyEntry('k1'),
  OPERATOR_TOKEN: operatorToken,
}

/** The owner whose rows are moved, and the one who gets them. */
const victim = '피해자'
const first = await startConch(t, storage)
const [mine, others] = [first.visitor(), first.visitor()]
const belongings = async (visitor: Visitor, marker: string, number: string) => {
  const record = await writtenRecord(visitor, marker)
  await visitor.json('PUT', `/api/records/${record}`, {
    ...{ output: 0, text: `${marker} 토익`, despite: `${marker} 까닭` },
    confirmed: true,
  })
  const review = await writtenReview(visitor, `${marker} 일기`)
  const failed = await writtenReview(visitor, `${marker} REFUSE`)
  const quiz = await madeQuiz(visitor, `${marker} 주제`)
  await visitor.json('POST', `/api/quizzes/${quiz}/attempts`, { answers: [1] })
  const { talk } = await saidConversation(visitor, marker)
  // One that its owner does not follow, so that a notification with its label is stored.
  const noticed = await visitor.submit('/api/records', {
    category: 'club',
    label: marker,
    observations: marker,
    versions: 1,
  })
  await noticeOf(visitor, noticed)
  await reachable(visitor, number)
  const paths = [
    ...['tasks', 'records', 'reviews', 'quizzes', 'conversations', 'library', 'library?q=글', 'webhook'],
    ...['phone-number', 'push-subscriptions', `records/${record}`, `reviews/${review}`, `quizzes/${quiz}`],
    ...[`tasks/${record}`, `tasks/${failed}`, `conversations/${talk.id}`, `conversations/${talk.id}/summary`],
  ].map(path => `/api/${path}`)
  return { record, review, failed, quiz, talk, paths }
}
const his = await belongings(mine, victim, '01012345678')
const hers = await belongings(others, '다른', '01087654321')
// Entries of the library are moved as well.
await handled(first.url)
const before = { his: await everythingOf(mine, his.paths), hers: await everythingOf(others, hers.paths) }
await first.close()

/** Gives every row of one owner to another, as an intruder could who can write to the database. */
async function move(to: 'to the other' | 'back', only?: string): Promise<void> {
  const raw = await openRaw(t, storage)
  const ownerOf = async (id: string) =>
    String((await raw.query(`select owner_id from tasks where id = '${id}'`))[0]?.owner_id)
  owners ??= { his: await ownerOf(his.record), hers: await ownerOf(hers.record) }
  const [from, into] = to === 'back' ? [owners.hers, owners.his] : [owners.his, owners.hers]
  const ids = [his.record, his.review, his.failed, his.quiz, his.talk.id]
  const tables = await raw.query(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'owner_id'
     and table_name in (select table_name from information_schema.columns where column_name = 'id' and data_type = 'uuid')`,
  )
  for (const { name } of tables.filter(({ name }) => only === undefined || name === only))
    await raw.query(
      `update "${name}" set owner_id = '${into}' where owner_id = '${from}' and ("${name}".id::text = any($1)
       ${name === 'tasks' ? `or id in (select id from turns where conversation_id = '${his.talk.id}')` : ''}
       ${name === 'record_confirmations' ? `or record_id = '${his.record}'` : ''})`,
      [ids],
    )
  await raw.close()
}
let owners: { his: string; hers: string } | undefined

t.test('a row that is given to another owner does not open for that one, whatever it holds', async t => {
  await move('to the other')
  const conch = await startConch(t, storage)
  const thief = new Visitor(conch.url, others.cookie)
  const [moved, own] = [await everythingOf(thief, his.paths), await everythingOf(thief, hers.paths)]
  await conch.close()
  for (const path of his.paths.slice(10)) t.match(moved[path], { status: 200, body: Object }, path)
  for (const path of [
    `/api/records/${his.record}`,
    `/api/reviews/${his.review}`,
    `/api/quizzes/${his.quiz}`,
    his.talk.path,
    '/api/library',
  ])
    t.ok(JSON.stringify(moved[path]).includes('"damaged":true'), path)
  for (const shown of [moved, own]) t.notOk(JSON.stringify(shown).includes(victim), 'nothing of it is shown')
  t.notOk(JSON.stringify(moved[`/api/records/${his.record}`]).includes('바다'))
  t.notOk(JSON.stringify(moved[his.talk.path]).includes('바다'))
  await move('back')
})

for (const table of ['tasks', 'records', 'quizzes', 'conversations', 'library'])
  t.test(`nor does what belongs to it, when only the row in ${table} is given away`, async t => {
    await move('to the other', table)
    const conch = await startConch(t, storage)
    const thief = new Visitor(conch.url, others.cookie)
    const shown = await everythingOf(thief, [...his.paths, ...hers.paths])
    t.ok(JSON.stringify(shown['/api/library']).includes('다른'), 'their own rows are shown')
    t.notOk(JSON.stringify(shown).includes(victim))
    await conch.close()
    await move('back', table)
  })

t.test('a database of a version before opens, and a rotation binds every value to its owner', async t => {
  const raw = await openRaw(t, storage)
  const count = await toOldFormat(raw, k1)
  t.ok(count > 30, `${count} values`)
  await raw.close()

  const old = await startConch(t, storage)
  t.same(await everythingOf(new Visitor(old.url, mine.cookie), his.paths), before.his)
  t.same(await everythingOf(new Visitor(old.url, others.cookie), hers.paths), before.hers)
  await old.close()

  const rotated = await runCommand('rotate-keys.ts', storage)
  t.match(rotated, { code: 0, stdout: /Everything is encrypted with key k1/ })
  const versions = await openRaw(t, storage)
  const columns = await versions.query(
    `select table_name as t, column_name as c from information_schema.columns
     where table_schema = 'public' and data_type = 'bytea'`,
  )
  for (const { t: table, c } of columns) {
    const rows = await versions.query(
      `select distinct get_byte("${c}", 0) as v from "${table}" where "${c}" is not null`,
    )
    t.same(rows, [{ v: 2 }], `${table}.${c}`)
  }
  await versions.close()

  const current = await startConch(t, storage)
  t.same(await everythingOf(new Visitor(current.url, mine.cookie), his.paths), before.his)
  t.same(await everythingOf(new Visitor(current.url, others.cookie), hers.paths), before.hers)
  await current.close()
  await move('to the other')
  const last = await startConch(t, storage)
  const moved = await everythingOf(new Visitor(last.url, others.cookie), his.paths)
  t.notOk(JSON.stringify(moved).includes(victim), 'a value that a rotation bound does not open for another owner')
})
