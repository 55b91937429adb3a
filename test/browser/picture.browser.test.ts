import { mkdir, stat } from 'node:fs/promises'
import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

const texts = [
  '교통량 자료를 바탕으로 신호 시간을 조정하는 모형을 세우고, 출근 시간대의 대기 행렬이 길어지는 까닭을 변수의 관계로 설명함. 모형의 한계를 스스로 찾아 우회전 차량을 따로 세어 자료를 보완하고,',
  '학교 앞 교차로의 차량 수를 시간대별로 세어 표와 그래프로 나타냄. 신호 주기와 대기 시간의 관계를 일차함수로 나타내 보고 실제 값과 비교하여 차이가 생기는 까닭을',
  '신호 시간에 관한 모형을 발표하며 친구들의 물음에 자료를 들어 답함. 한 방향의 신호를 늘리면 다른 방향의 대기가',
]

/** README's picture is this one, as it looked when it was committed: `cp test-artifacts/record-page.png docs/`. */
t.test('three versions on their way, as README shows them', async t => {
  conch.model.script = version => [...(String(texts[version]).match(/.{1,3}/gs) ?? []), new Promise(() => {})]
  const visitor = await visit(t, browser, conch.url, { viewport: { width: 1200, height: 700 }, colorScheme: 'light' })
  await visitor.write('교통량 자료로 신호 시간을 조정하는 모형을 만들어 발표함.', { subject: '수학', label: '2-3-15' })
  for (const [index, text] of texts.entries()) await visitor.column(index).holds(text)
  await mkdir('test-artifacts', { recursive: true })
  const path = 'test-artifacts/record-page.png'
  await visitor.page.screenshot({ path })
  t.ok((await stat(path)).size < 200_000)
})
