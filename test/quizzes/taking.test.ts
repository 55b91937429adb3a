import t from 'tap'
import { startConch } from '../support/conch.ts'
import { startUpstream, type UpstreamCompletion } from '../support/upstream.ts'

t.test('a quiz cannot be taken while it is being made anew, nor made anew once it was taken', async t => {
  const upstream = await startUpstream(t, write(2))
  const conch = await startConch(t, { OPENAI_BASE_URL: upstream.baseUrl })
  const visitor = conch.visitor()
  const id = await visitor.submit('/api/quizzes', { topic: '덧셈', questionCount: 3 })
  await visitor.finished(id)
  const held = Promise.withResolvers<void>()
  upstream.reset(async completion => {
    await held.promise
    write(3)(completion)
  })
  t.equal((await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)).status, 202)
  await upstream.requested(1)
  const refused = await visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers: [0, 0] })
  t.equal(refused.status, 409)
  t.match(refused.body, { code: 'quiz-being-made', taskId: id })
  held.resolve()
  await visitor.finished(id)
  const made = await visitor.json('GET', `/api/quizzes/${id}`)
  t.match(made.body, { status: 'completed', attempts: [] })
  t.notMatch(JSON.stringify(made.body), /answer|explanation/)
  t.equal((await visitor.json('POST', `/api/quizzes/${id}/attempts`, { answers: [0, 0, 0] })).status, 201)
  t.match((await visitor.json('POST', `/api/tasks/${id}/outputs/0/retry`)).body, { code: 'quiz-taken' })
})

/** As many questions, whatever was asked for. */
function write(count: number) {
  let asked = 0
  return (completion: UpstreamCompletion) => {
    const questions = Array.from({ length: asked++ === 0 ? count : 0 }, (_, index) => ({
      question: `${index} + 1은?`,
      choices: [index + 1, index + 2, index + 3, index + 4].map(String).map(choice => `${choice}이다`),
      answer: 0,
      explanation: '세어 보면 안다.',
    }))
    completion.delta(JSON.stringify({ questions })).finish()
  }
}
