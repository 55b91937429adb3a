import { mkdir } from 'node:fs/promises'
import t from 'tap'
import { briefly } from '../support/briefly.ts'
import { launchBrowser } from '../support/browser.ts'
import { faintTexts, koreanTexts, namelessControls } from './page-checks.ts'
import { anotherTab, openQuizzes, type QuizPage } from './quiz-page.ts'
import { runningConch } from './running-conch.ts'
import { cut, type Step } from './scripted-model.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)
await mkdir('test-artifacts', { recursive: true })

/** Question `number` from 1, of which the choice `number % choices` is right. */
function question(number: number, choices = 2) {
  return {
    question: `${number}번 문제는 무엇을 묻는가?`,
    choices: Array.from({ length: choices }, (_, index) => `${number}의 ${index + 1}번 선택지`),
    answer: number % choices,
    explanation: `비밀 풀이 ${number}`,
  }
}
const asked = (...numbers: number[]) => numbers.map(number => question(number).question)

/** What a model says that writes these questions, with what happens between them. */
function quiz(...steps: (ReturnType<typeof question> | Exclude<Step, string>)[]): Step[] {
  let comma = ''
  const said = steps.map(step => {
    if (step === cut || step instanceof Promise) return step
    const json = `${comma}${JSON.stringify(step)}`
    comma = ','
    return json
  })
  return ['{"questions":[', ...said, ']}']
}

function latch() {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  return { held, go }
}
const never = new Promise<never>(() => {})

/** Makes a quiz of three questions, and opens it. */
async function readyQuiz(visitor: QuizPage, topic = '광합성') {
  conch.model.script = () => quiz(question(1), question(2), question(3))
  await visitor.make(topic)
  await visitor.becomes(topic, 'made')
  await visitor.open(topic)
  await visitor.ready()
}

t.test('a quiz is made while its owner stays, leaves and comes back, and is then taken', async t => {
  const [first, second, third] = [latch(), latch(), latch()]
  conch.model.script = () => quiz(question(1), first.held, question(2), second.held, question(3), third.held)
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.make('광합성')
  await visitor.hears('퀴즈를 만들기 시작했습니다. 다른 일을 하셔도 됩니다.')
  const entry = visitor.entry('광합성')
  await entry.locator('a:focus').waitFor()
  await entry.getByText('1 / 3 문제').waitFor()
  t.equal(await visitor.topic.inputValue(), '')

  await visitor.page.getByRole('navigation', { name: '주 메뉴' }).getByRole('link', { name: '생활기록부' }).click()
  await visitor.page.locator('#observations').waitFor()
  first.go()
  await visitor.page.getByRole('navigation', { name: '주 메뉴' }).getByRole('link', { name: '퀴즈' }).click()
  await entry.getByText('2 / 3 문제').waitFor()
  second.go()
  await entry.getByText('3 / 3 문제').waitFor()
  third.go()
  await visitor.becomes('광합성', 'made')
  await visitor.hears('퀴즈가 준비되었습니다: 광합성')
  t.match(await entry.textContent(), /준비됨.*보통 · 3문제/)

  await visitor.open('광합성')
  await visitor.ready()
  t.same(await visitor.texts(), asked(1, 2, 3))
  await visitor.choose(0, 1)
  await visitor.choose(1, 1)
  await visitor.page.getByText('3문제 가운데 2문제에 답함').waitFor()
  await visitor.choose(2, 1)
  await visitor.turnIn()
  await visitor.page.locator('#score:focus').waitFor()
  t.equal(await visitor.score.textContent(), '3문제 가운데 2문제를 맞혔습니다.')
  t.same(await visitor.page.locator('.result').allInnerTexts(), ['✓ 맞음', '✗ 틀림', '✓ 맞음'])
  t.match(
    await visitor.questions.nth(1).textContent(),
    /2의 1번 선택지\s*정답.*2의 2번 선택지\s*내가 고른 답.*비밀 풀이 2/s,
  )
  await visitor.page.screenshot({ path: 'test-artifacts/quiz-results.png', fullPage: true })

  await visitor.toAll()
  t.match(await entry.textContent(), /풀어 봄.*최고 2 \/ 3/)
})

t.test('questions appear one by one, to be read but not yet answered', async t => {
  const [first, second] = [latch(), latch()]
  conch.model.script = () => quiz(question(1), first.held, question(2), second.held, question(3))
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.make('광합성')
  await visitor.open('광합성')
  await visitor.questions.nth(0).waitFor()
  t.same(await visitor.texts(), asked(1))
  t.match(await visitor.page.locator('.being-made').textContent(), /1 \/ 3 문제.*창을 닫아도 계속 만듭니다/)
  t.ok(await visitor.questions.nth(0).getByRole('radio').first().isDisabled())
  t.match(await visitor.page.title(), '만드는 중 광합성')
  first.go()
  await visitor.questions.nth(1).waitFor()
  t.same(await visitor.texts(), asked(1, 2))
  await visitor.page.screenshot({ path: 'test-artifacts/quiz-making.png', fullPage: true })
  second.go()
  await visitor.ready()
  t.same(await visitor.texts(), asked(1, 2, 3))
  t.ok(await visitor.questions.nth(0).getByRole('radio').first().isEnabled())
  await visitor.hears('퀴즈가 준비되었습니다: 광합성')
  t.equal(await visitor.page.locator('[aria-live=polite], [role=status], [role=alert]').count(), 1)
  t.notMatch((await visitor.announced()).join(), '번 문제는', 'no question is spoken unasked')
})

t.test('a reload in the middle, and another tab, go on where it was', async t => {
  const { held, go } = latch()
  conch.model.script = () => quiz(question(1), question(2), held, question(3))
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.make('광합성')
  await visitor.page.reload()
  await visitor.entry('광합성').getByText('2 / 3 문제').waitFor()
  await visitor.open('광합성')
  await visitor.questions.nth(1).waitFor()
  await visitor.page.reload()
  await visitor.questions.nth(1).waitFor()
  t.same(await visitor.texts(), asked(1, 2))
  t.equal(await visitor.page.locator('h1').textContent(), '광합성')
  const tab = await anotherTab(t, visitor, `${conch.url}#quizzes`)
  await tab.entry('광합성').getByText('2 / 3 문제').waitFor()
  go()
  await visitor.ready()
  await tab.becomes('광합성', 'made')
  t.same(await visitor.texts(), asked(1, 2, 3))
  await visitor.page.reload()
  await visitor.ready()
  t.same(await visitor.texts(), asked(1, 2, 3))
})

t.test('a server that goes away in the middle makes it again, and both the page and the list come along', async t => {
  conch.model.script = () => quiz(question(1), question(2), never)
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.make('광합성')
  await visitor.open('광합성')
  await visitor.questions.nth(1).waitFor()
  const tab = await anotherTab(t, visitor, `${conch.url}#quizzes`)
  await tab.entry('광합성').getByText('2 / 3 문제').waitFor()
  await conch.stop()
  await visitor.page.locator('.notice', { hasText: /연결이 끊겨|실시간 연결이 되지 않아/ }).waitFor()
  const { held, go } = latch()
  conch.model.script = () => quiz(question(4), held, question(5), question(6))
  await conch.start()
  await visitor.page.locator('.notice', { hasText: '처음부터 다시 쓰고 있습니다' }).waitFor()
  await visitor.page.getByText('1 / 3 문제').waitFor()
  t.same(await visitor.texts(), asked(4))
  await tab.entry('광합성').getByText('1 / 3 문제').waitFor()
  go()
  await visitor.ready()
  await tab.becomes('광합성', 'made')
  t.same(await visitor.texts(), asked(4, 5, 6))
})

t.test('answers survive a reload, and what is left out is asked about', async t => {
  const visitor = await openQuizzes(t, browser, conch.url)
  await readyQuiz(visitor)
  await visitor.choose(0, 1)
  await visitor.choose(2, 0)
  await visitor.page.reload()
  await visitor.ready()
  t.same(await visitor.chosen(), ['question-0 1', 'question-2 0'])

  await visitor.button('채점하기').click()
  await visitor.page.getByText('아직 답하지 않은 문제가 1개 있습니다.').waitFor()
  await visitor.button('마저 풀기').click()
  await visitor.questions.nth(1).locator('input:focus').first().waitFor()
  t.equal(await visitor.score.count(), 0)
  await visitor.button('채점하기').click()
  await visitor.button('이대로 채점하기').click()
  await visitor.score.waitFor()
  t.same(await visitor.page.locator('.result').allInnerTexts(), ['✓ 맞음', '– 답하지 않음', '✗ 틀림'])
  const { attempts } = await visitor.api<{ attempts: object[] }>(`/api/quizzes/${visitor.taskId}`)
  t.match(attempts, [{ score: 1, total: 3, answers: [1, null, 0] }])
})

t.test('it is taken again with the answers out of sight, and the earlier scores stay', async t => {
  const visitor = await openQuizzes(t, browser, conch.url)
  await readyQuiz(visitor)
  for (const [number, choice] of [0, 0, 0].entries()) await visitor.choose(number, choice)
  await visitor.turnIn()
  t.equal(await visitor.score.textContent(), '3문제 가운데 1문제를 맞혔습니다.')
  t.equal(await visitor.page.locator('.earlier').count(), 0)

  await visitor.button('다시 풀기').click()
  await visitor.questions.nth(0).locator('input:focus').waitFor()
  const hidden = async () => {
    t.notMatch(await visitor.page.locator('main').innerHTML(), /비밀 풀이|정답|data-right/)
  }
  await hidden()
  t.same(await visitor.chosen(), [])
  await visitor.choose(0, 1)
  await visitor.page.reload()
  await visitor.ready()
  await hidden()
  t.same(await visitor.chosen(), ['question-0 1'])
  await visitor.choose(1, 0)
  await visitor.choose(2, 1)
  await visitor.turnIn()
  t.equal(await visitor.score.textContent(), '3문제 가운데 3문제를 맞혔습니다.')
  t.match(await visitor.page.locator('.earlier').textContent(), /전에 푼 기록\s*1 \/ 3/)
  const results = await visitor.page.locator('.results').innerHTML()
  await visitor.page.reload()
  await visitor.score.waitFor()
  t.equal(await visitor.page.locator('.results').innerHTML(), results, 'as the server has it')
  await visitor.toAll()
  t.match(await visitor.entry('광합성').textContent(), '최고 3 / 3')
})

t.test('questions that the model only drafted go from the page once it begins to answer', async t => {
  const [over, answered] = [latch(), latch()]
  conch.model.script = () => [
    ...quiz(question(7), question(8), question(9)),
    over.held,
    '\n</think>\n\n',
    ...quiz(question(1), answered.held, question(2), question(3)),
  ]
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.make('광합성')
  await visitor.entry('광합성').getByText('3 / 3 문제').waitFor()
  await visitor.open('광합성')
  await visitor.questions.nth(2).waitFor()
  over.go()
  await visitor.page.getByText('1 / 3 문제').waitFor()
  t.equal(await visitor.questions.count(), 1)
  t.match(await visitor.questions.nth(0).textContent(), /1번 문제/)
  answered.go()
  await visitor.ready()
  t.notMatch(await visitor.page.locator('main').textContent(), /[789]번 문제/)
  await visitor.choose(0, 1)
  await visitor.choose(1, 0)
  await visitor.choose(2, 1)
  await visitor.turnIn()
  t.equal(await visitor.score.textContent(), '3문제 가운데 3문제를 맞혔습니다.')
})

t.test('no answer reaches the page before the quiz is taken', async t => {
  const { held, go } = latch()
  conch.model.script = () => quiz(question(1), question(2), held, question(3))
  const visitor = await openQuizzes(t, browser, conch.url)
  const { page } = visitor
  const bodies: string[] = []
  // On its way through the test: of an answer that the page lets go of, the browser may never tell the body.
  await page.route(/\/api\/(?!.*\/events)/, async route => {
    const response = await route.fetch()
    bodies.push(await response.text())
    await route.fulfill({ response })
  })
  await page.addInitScript(() => {
    const streamed: string[] = []
    Object.assign(window, { streamed })
    window.EventSource = class extends EventSource {
      constructor(url: string | URL) {
        super(url)
        this.addEventListener('message', ({ data }) => streamed.push(data))
      }
    }
  })
  await page.reload()
  await visitor.make('광합성')
  await visitor.entry('광합성').getByText('2 / 3 문제').waitFor()
  await visitor.open('광합성')
  await visitor.questions.nth(1).waitFor()
  go()
  await visitor.ready()
  await visitor.toAll()
  await visitor.open('광합성')
  await visitor.ready()
  const streamed = await page.evaluate(() => (window as unknown as { streamed: string[] }).streamed)
  t.ok(streamed.filter(data => data.includes('data-question')).length >= 3, 'the stream was looked at')
  const seen = [...streamed, ...bodies, await page.content()]
  t.ok(
    seen.some(text => text.includes('"questions":[{')),
    'and so was the quiz',
  )
  const secrets = seen.filter(text => /비밀 풀이|"answer"|"explanation"|"answers":\[\d/.test(text))
  t.same(secrets, [])

  await visitor.choose(0, 1)
  await visitor.button('채점하기').click()
  await visitor.button('이대로 채점하기').click()
  await visitor.page.getByText('비밀 풀이 3').waitFor()
  await page.unrouteAll({ behavior: 'ignoreErrors' })
})

t.test('a quiz that came out short says so, can be taken, and then stays as it is', async t => {
  conch.model.script = () => quiz(question(1), question(2))
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.make('광합성')
  await visitor.becomes('광합성', 'made')
  await visitor.hears('퀴즈를 일부만 만들었습니다.')
  t.match(await visitor.entry('광합성').textContent(), /일부만 준비됨.*2 \/ 3 문제/)
  await visitor.open('광합성')
  await visitor.ready()
  const notice = visitor.page.locator('.notice')
  t.match(await notice.textContent(), '3문제 가운데 2문제만 만들었습니다.')
  await visitor.page.screenshot({ path: 'test-artifacts/quiz-incomplete.png', fullPage: true })

  const tab = await anotherTab(t, visitor, `${conch.url}#quiz=${visitor.taskId}`)
  await tab.ready()
  await visitor.choose(0, 1)
  await visitor.choose(1, 0)
  await visitor.turnIn()
  t.equal(await visitor.score.textContent(), '2문제 가운데 2문제를 맞혔습니다.')
  t.match(await notice.textContent(), '이미 푼 퀴즈라 새로 만들 수는 없습니다.')
  t.equal(await visitor.button('새로 만들기').count(), 0)

  await tab.button('새로 만들기').click()
  await tab.button('새로 만들기').click()
  await tab.page.locator('.notice', { hasText: '이미 푼 퀴즈는 새로 만들 수 없습니다.' }).waitFor()
})

t.test('a quiz that came out short is made again when that is wanted, and old answers do not count', async t => {
  conch.model.script = () => quiz(question(1), question(2), cut)
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.make('광합성')
  await visitor.becomes('광합성', 'made')
  await visitor.open('광합성')
  await visitor.ready()
  t.match(await visitor.page.locator('.notice').textContent(), 'AI의 답이 중간에 끊겼습니다.')
  await visitor.choose(0, 1)
  await visitor.button('새로 만들기').click()
  await visitor.page.getByText('만든 문제를 버리고').waitFor()
  await visitor.button('그대로 두기').click()
  t.same(await visitor.texts(), asked(1, 2))

  const { held, go } = latch()
  conch.model.script = () => quiz(question(4), held, question(5), question(6))
  await visitor.button('새로 만들기').click()
  await visitor.button('새로 만들기').click()
  await visitor.page.getByText('1 / 3 문제').waitFor()
  t.same(await visitor.texts(), asked(4))
  await visitor.page.reload()
  await visitor.questions.nth(0).waitFor()
  t.equal(await visitor.page.locator('h1').textContent(), '광합성')
  await visitor.toAll()
  await visitor.becomes('광합성', 'making')
  t.equal(await visitor.entry('광합성').count(), 1, 'in the list once')
  go()
  await visitor.becomes('광합성', 'made')
  await visitor.open('광합성')
  await visitor.ready()
  t.same(await visitor.texts(), asked(4, 5, 6))
  t.same(await visitor.chosen(), [])
})

t.test('a quiz that failed says why, is still in the list, and is made by a retry', async t => {
  conch.model.script = () => ['잘 모르겠습니다.']
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.make('광합성')
  await visitor.becomes('광합성', 'failed')
  await visitor.hears('퀴즈를 만들지 못했습니다: 광합성')
  await visitor.page.reload()
  await visitor.becomes('광합성', 'failed')
  t.match(await visitor.entry('광합성').textContent(), /실패.*AI의 답이 요청한/s)
  await visitor.open('광합성')
  const notice = visitor.page.locator('.notice')
  t.match(await notice.textContent(), /문제를 만들지 못했습니다.*AI의 답이 요청한 꼴에 맞지 않았습니다/s)
  await visitor.page.screenshot({ path: 'test-artifacts/quiz-failed.png', fullPage: true })
  conch.model.script = () => quiz(question(1), question(2), question(3))
  await visitor.button('새로 만들기').click()
  await visitor.ready()
  t.same(await visitor.texts(), asked(1, 2, 3))
  await visitor.hears('퀴즈가 준비되었습니다: 광합성')
  await visitor.toAll()
  await visitor.becomes('광합성', 'made')
})

t.test('a quiz made again in vain keeps its questions', async t => {
  conch.model.script = () => quiz(question(1), question(2))
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.make('광합성')
  await visitor.becomes('광합성', 'made')
  await visitor.open('광합성')
  conch.model.script = () => ['잘 모르겠습니다.']
  await visitor.button('새로 만들기').click()
  await visitor.button('새로 만들기').click()
  await visitor.page.locator('.notice', { hasText: '앞서 만든 문제가 그대로 있습니다.' }).waitFor()
  await visitor.ready()
  t.same(await visitor.texts(), asked(1, 2))
  await visitor.toAll()
  await visitor.becomes('광합성', 'made')
  await visitor.entry('광합성').getByText('일부만 준비됨').waitFor()
  t.equal(await visitor.entry('광합성').count(), 1)
})

t.test('making is stopped: what was made can be taken; with nothing made it can be tried again', async t => {
  conch.model.script = () => quiz(question(1), question(2), never)
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.make('광합성')
  await visitor.open('광합성')
  await visitor.questions.nth(1).waitFor()
  await visitor.button('멈추기').click()
  await visitor.ready()
  t.match(await visitor.page.locator('.notice').textContent(), '3문제 가운데 2문제까지 만들고 멈췄습니다.')
  await visitor.hears('퀴즈 만들기를 멈췄습니다: 광합성')
  await visitor.choose(0, 1)
  await visitor.choose(1, 0)
  await visitor.turnIn()

  conch.model.script = () => [never]
  await visitor.toAll()
  await visitor.make('빈 퀴즈')
  await visitor.open('빈 퀴즈')
  await visitor.button('멈추기').click()
  await visitor.page.locator('.notice', { hasText: '만든 문제가 없습니다.' }).waitFor()
  await visitor.toAll()
  await visitor.becomes('광합성', 'made')
  await visitor.becomes('빈 퀴즈', 'cancelled')
  conch.model.script = () => quiz(question(1), question(2), question(3))
  await visitor.button('다시 시도: 빈 퀴즈').click()
  await visitor.becomes('빈 퀴즈', 'made')
  await visitor.hears('퀴즈가 준비되었습니다: 빈 퀴즈')
})

t.test(
  'a quiz that is over before the list can show it is announced, when it is made and when it is tried again',
  async t => {
    const visitor = await openQuizzes(t, browser, conch.url)
    // Each look at one quiz waits until it has ended.
    await visitor.page.route(/\/api\/quizzes\/[0-9a-f-]+$/, async route => {
      const { pathname } = new URL(route.request().url())
      while (!/completed|failed/.test((await visitor.api<{ status: string }>(pathname)).status)) await briefly()
      await route.continue()
    })
    conch.model.script = () => ['no quiz']
    await visitor.make('광합성')
    await visitor.hears('퀴즈를 만들지 못했습니다: 광합성')
    conch.model.script = () => quiz(question(1), question(2), question(3))
    await visitor.button('다시 시도: 광합성').click()
    await visitor.hears('퀴즈가 준비되었습니다: 광합성')
    await visitor.page.unrouteAll({ behavior: 'ignoreErrors' })
  },
)

t.test('a quiz is deleted from the list or from its page, after a question', async t => {
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.page.getByText('아직 만든 퀴즈가 없습니다.').waitFor()
  await readyQuiz(visitor, '하나')
  const first = visitor.taskId
  await visitor.button('지우기: 하나').click()
  await visitor.page.getByText('되돌릴 수 없습니다.').waitFor()
  await visitor.button('지우기').click()
  await visitor.topic.waitFor()
  await visitor.hears('퀴즈를 지웠습니다.')
  t.equal(await visitor.entry('하나').count(), 0)
  t.equal((await visitor.page.request.get(`${conch.url}api/quizzes/${first}`)).status(), 404)
  t.notMatch(await visitor.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage })), first)

  conch.model.script = () => quiz(question(1), never)
  await visitor.make('둘')
  await visitor.entry('둘').getByText('1 / 3 문제').waitFor()
  await visitor.button('지우기: 둘').click()
  await visitor.button('그대로 두기').click()
  t.equal(await visitor.entry('둘').count(), 1)
  await visitor.button('지우기: 둘').click()
  await visitor.button('지우기').click()
  await visitor.page.locator('#quiz-list-title:focus').waitFor()
  t.equal(await visitor.entry('둘').count(), 0)
  await visitor.page.reload()
  await visitor.page.getByText('아직 만든 퀴즈가 없습니다.').waitFor()
})

t.test('more are being made than are followed, and each turns into a quiz by itself', async t => {
  const latches = new Map(['1', '2', '3', '4', '5'].map(topic => [topic, latch()]))
  conch.model.script = (_, messages) => {
    const topic = /주제 ([1-5])/.exec(messages.at(-1)?.content ?? '')?.[1] ?? ''
    return quiz(question(1), latches.get(topic)?.held ?? never, question(2), question(3))
  }
  const visitor = await openQuizzes(t, browser, conch.url)
  for (const topic of latches.keys()) await visitor.make(`주제 ${topic}`)
  for (const topic of ['5', '4', '3']) await visitor.entry(`주제 ${topic}`).getByText('1 / 3 문제').waitFor()
  t.equal(await visitor.page.locator('.quiz-entry progress').count(), 3)
  latches.get('1')?.go()
  await visitor.becomes('주제 1', 'made')
  latches.get('5')?.go()
  await visitor.becomes('주제 5', 'made')
  await visitor.entry('주제 2').getByText('1 / 3 문제').waitFor()
  for (const { go } of latches.values()) go()
  for (const topic of latches.keys()) await visitor.becomes(`주제 ${topic}`, 'made')
  t.same(
    await visitor.page.locator('.quiz-entry h3').allTextContents(),
    ['5', '4', '3', '2', '1'].map(topic => `주제 ${topic}`),
  )
  const said = (await visitor.announced()).filter(line => line.startsWith('퀴즈가 준비되었습니다'))
  t.equal(new Set(said).size, 5)
  t.equal(said.length, 5, 'each is said once')
})

t.test('older quizzes come page by page', async t => {
  conch.model.script = () => quiz(question(1))
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.page.evaluate(async () => {
    for (let number = 1; number <= 21; number++) {
      const body = JSON.stringify({ topic: `주제 ${number}`, questionCount: 1, choices: 2 })
      const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
      const made = await fetch('/api/quizzes', { method: 'POST', headers, body })
      await made.text()
    }
  })
  await visitor.page.reload()
  const made = visitor.page.locator('.quiz-entry[data-state=made]')
  await made.nth(19).waitFor()
  t.equal(await made.count(), 20)
  await visitor.button('더 보기').click()
  await made.nth(20).waitFor()
  t.equal(await visitor.entry('주제 1').count(), 1)
  t.equal(await visitor.button('더 보기').count(), 0)
})

t.test('the form sends what is chosen, keeps what was typed, and never sends with a bare Enter', async t => {
  conch.model.script = () => quiz(question(1, 6))
  const visitor = await openQuizzes(t, browser, conch.url)
  const { page } = visitor
  const bodies: unknown[] = []
  page.on('request', request => {
    if (request.method() === 'POST' && request.url().endsWith('/api/quizzes')) bodies.push(request.postDataJSON())
  })
  await visitor.topic.fill('광합성')
  await visitor.topic.press('Enter')
  await page.locator('summary').click()
  await page.locator('#material').fill('엽록체에서 일어난다.')
  await page.getByRole('radio', { name: '어려움' }).check({ force: true })
  await page.locator('#questionCount').selectOption('1')
  await page.locator('#choices').selectOption('6')
  await page.reload()
  await visitor.topic.waitFor()
  t.equal(await visitor.topic.inputValue(), '광합성')
  t.equal(await page.locator('#material').inputValue(), '엽록체에서 일어난다.')
  t.same(bodies, [])
  await page.locator('#material').press('Control+Enter')
  await visitor.becomes('광합성', 'made')
  t.same(bodies, [
    { topic: '광합성', material: '엽록체에서 일어난다.', questionCount: 1, difficulty: 'hard', choices: 6 },
  ])
  t.match(await visitor.entry('광합성').textContent(), /어려움 · 1문제/)
  t.equal(await page.locator('#material').inputValue(), '')
  t.equal(await page.locator('#choices').inputValue(), '6', 'the settings stay')
})

t.test('Enter while Hangul is being composed never sends, not even with Ctrl', async t => {
  conch.model.script = () => quiz(question(1), question(2), question(3))
  const visitor = await openQuizzes(t, browser, conch.url)
  const { page } = visitor
  let sent = 0
  page.on('request', request => {
    if (request.method() === 'POST') sent++
  })
  const keyboard = await page.context().newCDPSession(page)
  const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 }
  await visitor.topic.focus()
  await keyboard.send('Input.imeSetComposition', { text: '광합ㅅ', selectionStart: 3, selectionEnd: 3 })
  for (const modifiers of [0, 2]) {
    await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', modifiers, ...enter })
    await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', modifiers, ...enter })
  }
  t.equal(sent, 0)
  await keyboard.send('Input.insertText', { text: '광합성' })
  await page.keyboard.press('Control+Enter')
  await visitor.entry('광합성').waitFor()
  t.equal(sent, 1)
})

t.test('what is wrong is said at its field, a lost network in words; nothing typed is lost', async t => {
  const visitor = await openQuizzes(t, browser, conch.url)
  const { page } = visitor
  await page.locator('button[type=submit]').click()
  await page.locator('#topic:focus').waitFor()
  t.equal(await page.locator('#topic-error').textContent(), '주제를 적어 주세요.')
  await visitor.hears('주제를 적어 주세요.')
  await visitor.topic.fill('광합성')
  await page.context().setOffline(true)
  await page.locator('button[type=submit]').click()
  await page.locator('[data-link=unsent]').waitFor()
  t.equal(await visitor.topic.inputValue(), '광합성')
  await page.getByRole('button', { name: '지금 보내기' }).waitFor()
  await page.context().setOffline(false)
  await visitor.entry('광합성').waitFor()
})

t.test('answers that could not be turned in stay, and are turned in by another try', async t => {
  const visitor = await openQuizzes(t, browser, conch.url)
  await readyQuiz(visitor)
  for (const [number, choice] of [1, 0, 1].entries()) await visitor.choose(number, choice)
  await visitor.page.context().setOffline(true)
  await visitor.button('채점하기').click()
  await visitor.page.locator('.turn-in .error', { hasText: '고른 답은 그대로 있습니다.' }).waitFor()
  await visitor.page.context().setOffline(false)
  await visitor.turnIn()
  t.equal(await visitor.score.textContent(), '3문제 가운데 3문제를 맞혔습니다.')
})

t.test('the whole way is walked with the keyboard, and the focus goes where the work goes on', async t => {
  const { held, go } = latch()
  conch.model.script = () => quiz(question(1, 4), question(2, 4), held, question(3, 4))
  const visitor = await openQuizzes(t, browser, conch.url)
  const { page } = visitor
  await page.locator('#questionCount').selectOption('3')
  await visitor.topic.focus()
  await page.keyboard.type('광합성')
  await page.keyboard.press('Control+Enter')
  await visitor.entry('광합성').locator('a:focus').waitFor()
  await visitor.entry('광합성').getByText('2 / 3 문제').waitFor()
  go()
  await visitor.becomes('광합성', 'made')
  await visitor.entry('광합성').locator('a:focus').waitFor()
  await page.keyboard.press('Enter')
  await page.locator('h1:focus').waitFor()
  await visitor.ready()
  const checked = (question: number, choice: number) =>
    visitor.questions.nth(question).locator('input').nth(choice).and(page.locator(':checked:focus')).waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await checked(0, 0)
  await page.keyboard.press('ArrowDown')
  await checked(0, 1)
  await page.keyboard.press('Tab')
  await page.keyboard.press('3')
  await checked(1, 2)
  await page.keyboard.press('7')
  await page.keyboard.press('Enter')
  await checked(1, 2)
  await page.keyboard.press('Tab')
  await page.keyboard.press('4')
  await checked(2, 3)
  t.equal(await visitor.button('채점하기').count(), 1, 'Enter on a choice did not turn in')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('#score:focus').waitFor()
  t.equal(await visitor.score.textContent(), '3문제 가운데 3문제를 맞혔습니다.')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await visitor.questions.nth(0).locator('input:focus').first().waitFor()
  await visitor.button('지우기: 광합성').press('Enter')
  await page.locator('[data-focus]:focus').waitFor()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await page.locator('h1:focus').waitFor()
})

t.test('a link to a quiz of another owner says what to do', async t => {
  const visitor = await openQuizzes(t, browser, conch.url)
  await readyQuiz(visitor)
  const stranger = await openQuizzes(t, browser, conch.url)
  await stranger.page.goto(`${conch.url}#quiz=${visitor.taskId}`)
  await stranger.page.locator('h1', { hasText: '이 퀴즈를 찾을 수 없습니다.' }).waitFor()
  await stranger.page.getByRole('link', { name: '퀴즈 목록' }).click()
  await stranger.topic.waitFor()
})

t.test('markup in a topic and in questions is text', async t => {
  const markup = '<img src=x onerror="document.title=\'owned\'"><script>alert(1)</script>&amp;'
  const questions = [1, 2, 3].map(number => ({
    question: `${markup} ${number}`,
    choices: [`${markup} 가`, `${markup} 나`],
    answer: 0,
    explanation: markup,
  }))
  conch.model.script = () => quiz(...questions)
  const visitor = await openQuizzes(t, browser, conch.url)
  await visitor.make(markup)
  await visitor.becomes(markup, 'made')
  await visitor.open(markup)
  await visitor.ready()
  t.same(
    await visitor.texts(),
    questions.map(({ question }) => question),
  )
  await visitor.choose(0, 0)
  await visitor.button('채점하기').click()
  await visitor.button('이대로 채점하기').click()
  await visitor.score.waitFor()
  t.equal(await visitor.page.locator('main img, main script').count(), 0)
  t.notMatch(await visitor.page.title(), /^owned/)
})

/** Every view of the quizzes, one after the other. */
async function* views(visitor: QuizPage, topic = '광합성과 호흡의 차이, 그리고 식물이 밤에 하는 일') {
  const { held, go } = latch()
  const long = { ...question(2, 4), question: `${'길고 긴 문제 '.repeat(20)}${'a'.repeat(120)}?` }
  conch.model.script = () => quiz(question(1, 4), long, held, question(3, 4))
  await visitor.topic.fill(topic)
  await visitor.page.locator('#questionCount').selectOption('3')
  await visitor.page.locator('button[type=submit]').click()
  const entry = visitor.page.locator('.quiz-entry').first()
  await entry.locator('progress[value="2"]').waitFor()
  yield 'quizzes-making'
  await entry.getByRole('link').click()
  await visitor.questions.nth(1).waitFor()
  yield 'quiz-making'
  go()
  await visitor.page.locator('.turn-in button').waitFor()
  await visitor.choose(0, 1)
  await visitor.choose(1, 1)
  yield 'quiz-taking'
  await visitor.page.locator('.turn-in .primary').click()
  await visitor.page.locator('.turn-in .danger').click()
  await visitor.score.waitFor()
  await visitor.page.locator('.results .primary').click()
  await visitor.page.locator('.turn-in .primary').click()
  await visitor.page.locator('.turn-in .danger').click()
  await visitor.page.locator('.earlier').waitFor()
  yield 'quiz-results'
  await visitor.toAll()
  await entry.getByRole('button').click()
  yield 'quizzes'
}

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`360 px are wide enough, and text stands out from its ground (${colorScheme})`, async t => {
    const visitor = await openQuizzes(t, browser, conch.url, { viewport: { width: 360, height: 740 }, colorScheme })
    for await (const view of views(visitor)) {
      t.equal(await visitor.overflow(), 0, `${view} cannot be scrolled sideways`)
      t.same(await faintTexts(visitor), [], `${view} has the contrast that WCAG AA asks for`)
      await visitor.page.screenshot({ path: `test-artifacts/${view}-360-${colorScheme}.png`, fullPage: true })
    }
  })
}

t.test('in English every word but the texts is English, and every control has its name', async t => {
  const visitor = await openQuizzes(t, browser, conch.url, { locale: 'en-GB' })
  // Spoken with it, which has no language of its own.
  for await (const view of views(visitor, 'Photosynthesis')) {
    t.same(await koreanTexts(visitor), [], `${view}: English`)
    t.same(await namelessControls(visitor), [], `${view}: names`)
    t.equal(await visitor.page.locator('h1').count(), 1, `${view}: one main heading`)
    const ids = await visitor.page.evaluate(() => Array.from(document.querySelectorAll('[id]'), element => element.id))
    t.equal(new Set(ids).size, ids.length, `${view}: ids are unique`)
    await visitor.page.screenshot({ path: `test-artifacts/${view}-en.png`, fullPage: true })
  }
})

t.test('nothing moves for those who ask for less motion', async t => {
  conch.model.script = () => quiz(question(1), never)
  const visitor = await openQuizzes(t, browser, conch.url, { reducedMotion: 'reduce' })
  await visitor.make('광합성')
  await visitor.open('광합성')
  await visitor.questions.first().waitFor()
  t.equal(await visitor.page.evaluate(() => document.getAnimations().length), 0)
})
