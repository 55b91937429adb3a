import t from 'tap'
import { ownStorage, startConch } from '../support/conch.ts'
import { damage } from '../support/damage.ts'
import { question, quizJson } from '../support/quiz.ts'
import { openRaw } from '../support/raw-database.ts'
import { Talk } from '../support/talk.ts'
import { startUpstream } from '../support/upstream.ts'
import { Visitor } from '../support/visitor.ts'

t.test('a task whose input is damaged while it waits fails at once; the others are written', async t => {
  const upstream = await startUpstream(t, () => {})
  const storage = { ...(await ownStorage(t)), OPENAI_BASE_URL: upstream.baseUrl }
  const first = await startConch(t, storage)
  const visitor = first.visitor()
  const review = { body: '일기', type: 'FEELING' }
  const [broken, sound] = [await visitor.submit('/api/reviews', review), await visitor.submit('/api/reviews', review)]
  const quiz = await visitor.submit('/api/quizzes', { topic: '바다', questionCount: 1 })
  const talk = await Talk.begin(visitor)
  const turn = await talk.send('안녕?')
  await upstream.requested(4)
  await first.close()

  const raw = await openRaw(t, storage)
  for (const id of [broken, quiz]) await damage(raw, { table: 'tasks', column: 'input', where: `id = '${id}'` })
  await damage(raw, { table: 'turns', column: 'content', where: `id = '${turn}'` })
  await raw.close()
  upstream.reset(completion => completion.delta(quizJson(question(1))).finish())
  const second = await startConch(t, storage)
  const again = new Visitor(second.url, visitor.cookie)
  for (const id of [broken, quiz, turn]) {
    t.ok((await again.finished(id)).done)
    t.match(await again.task(id), {
      status: 'failed',
      error: { code: 'input-damaged', detail: /damaged in storage/ },
      outputs: [{ status: 'failed', error: { code: 'input-damaged' } }],
    })
  }
  await again.finished(sound)
  t.match(await again.task(sound), { status: 'completed' })
  t.equal(upstream.completions.length, 1, 'the model is asked only for the undamaged one')
})
