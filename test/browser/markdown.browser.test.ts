import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { openChat, talk } from './chat-page.ts'
import { corpus } from './markdown/xss-corpus.ts'
import { faintTexts, namelessControls } from './page-checks.ts'
import { visit } from './record-page.ts'
import { runningConch } from './running-conch.ts'
import { openPage } from './visitor.ts'

const browser = await launchBrowser(t)
const conch = await runningConch(t)

const beginning = `# 제목

**굵은** 글과 $a^2 + b^2$, 값은 $5예요.[^1] $\\text{빠른 속력}$

\`\`\`js
const a = 1
`
const ending = `const b = 2
\`\`\`

| 이름 | 값 |
|---|--:|
| 가 | 1 |

- [x] 한 일
- [ ] 할 일

[링크](https://a.example/b) ![그림](https://img.example/p.png)

[^1]: 2026년 기준

$$
\\vec{v} = \\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}
$$
`
const pieces = (text: string) => text.match(/.{1,4}/gs) ?? []

/** Says the beginning, and the ending when it is let go. */
function heldAnswer(): () => void {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  talk(conch, () => [...pieces(beginning), held, ...pieces(ending)])
  return go
}

t.test('an answer is drawn as it comes; what is closed, and what is selected in it, stays', async t => {
  const go = heldAnswer()
  const requested: string[] = []
  const visitor = await openChat(t, browser, conch.url)
  const { page } = visitor
  page.on('request', request => requested.push(request.url()))
  await visitor.say('수학')
  const reply = visitor.turn(0).reply
  await reply.locator('.code-block', { hasText: 'const a' }).waitFor()
  await reply.locator('.katex').first().waitFor()
  t.equal(await reply.locator('h3').textContent(), '제목')
  t.equal(await reply.locator('p strong').textContent(), '굵은')
  const [letters = 0, words = 0] = await reply
    .locator('p .katex')
    .evaluateAll(formulas => formulas.map(formula => formula.getBoundingClientRect().height))
  t.ok(words < 2 * letters, 'words in a formula stand in one line')
  t.equal(
    await reply.locator('pre').evaluate(code => (code as HTMLElement).translate),
    false,
    'a browser leaves code alone',
  )
  await page.evaluate(() => {
    const [heading, words] = [document.querySelector('.partner h3'), document.querySelector('.partner p')]
    Object.assign(globalThis, { kept: [heading, words, document.querySelector('.partner pre')] })
    getSelection()?.selectAllChildren(words as Node)
  })
  const selected = await page.evaluate(() => String(getSelection()))
  go()
  await visitor.turn(0).becomes('completed')
  await reply.locator('table').waitFor()
  await reply.locator('.formula.display .katex').waitFor()
  t.ok(
    await page.evaluate(() =>
      (globalThis as unknown as { kept: Element[] }).kept.every(element => element.isConnected),
    ),
    'the elements that were there are there',
  )
  t.equal(await page.evaluate(() => String(getSelection())), selected)

  t.equal(await reply.locator('td[data-align=right]').textContent(), '1')
  t.same(await reply.locator('.check-box').evaluateAll(boxes => boxes.map(box => box.getAttribute('aria-label'))), [
    '완료',
    '미완료',
  ])
  for (const link of await reply.locator('.prose a').all())
    t.equal(await link.getAttribute('rel'), 'noopener noreferrer')
  t.equal(await reply.locator('.picture').textContent(), '그림 img.example')
  t.equal(await reply.locator('.hljs-keyword').first().textContent(), 'const')
  const fonts = await reply.locator('.code-block pre, .code-block code').evaluateAll(elements => {
    return elements.map(element => getComputedStyle(element).fontFamily)
  })
  t.match(fonts[0], 'Pretendard Variable', 'Hangul in code has a font')
  t.equal(fonts[1], fonts[0])
  await reply.getByRole('button', { name: '각주 1', exact: true }).click()
  t.match(await page.evaluate(() => document.activeElement?.textContent), '2026년 기준')
  await reply.getByRole('button', { name: '돌아가기' }).click()
  t.equal(await page.evaluate(() => document.activeElement?.textContent), '1')
  t.notOk(
    requested.some(url => url.includes('img.example')),
    'no picture was asked for',
  )
  t.same(await namelessControls(visitor), [])
  t.same(await faintTexts(visitor), [])

  await page.reload()
  await reply.locator('.formula.display .katex').waitFor()
  t.equal(
    await reply.locator('.code-block code').textContent(),
    'const a = 1\nconst b = 2',
    'the saved text is drawn the same',
  )
})

t.test(
  'a selection in the words that are being written stays, and a translation that replaces them stops nothing',
  async t => {
    const { promise: held, resolve: go } = Promise.withResolvers<void>()
    const { promise: heldAgain, resolve: goAgain } = Promise.withResolvers<void>()
    talk(conch, () => ['하나 **둘** 셋 넷', held, ' 다섯', heldAgain, ' 여섯'])
    const visitor = await openChat(t, browser, conch.url)
    await visitor.say('세어 줘')
    await visitor.turn(0).shows('셋 넷')
    await visitor.page.evaluate(() => {
      const words = document.querySelector('.partner .prose p')?.lastChild?.firstChild as Text
      getSelection()?.setBaseAndExtent(words, 1, words, 4)
    })
    go()
    await visitor.turn(0).shows('다섯')
    t.equal(await visitor.page.evaluate(() => String(getSelection())), '셋 넷')
    await visitor.page.evaluate(() => {
      const words = document.querySelector('.partner .prose p > :last-child')
      words?.replaceChildren(Object.assign(document.createElement('font'), { textContent: 'three four five' }))
    })
    goAgain()
    await visitor.turn(0).becomes('completed')
    await visitor.turn(0).shows('하나 둘 셋 넷 다섯 여섯')
  },
)

t.test('a number that may begin a list waits only for a moment', async t => {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  talk(conch, () => ['답은\n\n42', held, '입니다.'])
  const visitor = await openChat(t, browser, conch.url)
  await visitor.say('질문')
  await visitor.turn(0).shows('42')
  t.equal(await visitor.turn(0).reply.getAttribute('aria-busy'), 'true')
  go()
  await visitor.turn(0).shows('42입니다.')
})

t.test('the button copies Markdown; a selection is copied as it is seen, as text and as HTML', async t => {
  talk(conch, () => [beginning + ending])
  const visitor = await openChat(t, browser, conch.url, { permissions: ['clipboard-read', 'clipboard-write'] })
  const { page } = visitor
  await visitor.say('복사')
  await visitor.turn(0).becomes('completed')
  await visitor.turn(0).reply.locator('.formula.display .katex').waitFor()
  const clipboard = () =>
    page.evaluate(async () => {
      const [item] = await navigator.clipboard.read()
      const read = async (type: string) => (await item?.getType(type))?.text()
      return { plain: await read('text/plain'), html: item?.types.includes('text/html') ? await read('text/html') : '' }
    })
  await visitor.turn(0).reply.locator('> footer button').first().click()
  t.equal((await clipboard()).plain, beginning + ending)
  await visitor.turn(0).reply.locator('.code-head button').click()
  t.equal((await clipboard()).plain, 'const a = 1\nconst b = 2')

  const select = (from: string, to: string) =>
    page.evaluate(
      ([from, to]) => {
        const range = document.createRange()
        range.setStartBefore(document.querySelector(`.partner ${from}`) as Node)
        range.setEndAfter(document.querySelector(`.partner ${to}`) as Node)
        getSelection()?.removeAllRanges()
        getSelection()?.addRange(range)
      },
      [from, to] as const,
    )
  await select('h3', 'p')
  await page.keyboard.press('Control+c')
  const { plain, html } = await clipboard()
  t.match(plain, /^제목\s+굵은 글과 \$a\^2 \+ b\^2\$, 값은 \$5예요\./, 'a formula is its source, once')
  t.match(html, /<strong[^>]*>.*굵은.*<\/strong>/)
  t.match(html, /<math/)
  t.notMatch(html, /katex-html/)
  await select('table', 'table')
  await page.keyboard.press('Control+c')
  const table = await clipboard()
  t.match(table.plain, /이름\s+값\s+가\s+1/)
  t.match(table.html, /<table/)
})

t.test('nothing that the corpus tries is in the page, wherever it is cut', async t => {
  // Its sources, since a bundle has no names: the code is the same.
  const sources = await runningConch(t, { PAGES: 'source' })
  const page = await openPage(t, browser, sources.url)
  const faults = await page.evaluate(async corpus => {
    const { cjkFriendly, MarkdownIt } = await import(String('/vendor/markdown-it.js'))
    const { createParser } = await import(String('/markdown/parser.js'))
    const { MarkdownDocument } = await import(String('/markdown/document.js'))
    const { viewOf } = await import(String('/markdown/view.js'))
    const { html, render } = await import(String('/preact.js'))
    const { ServicesContext } = await import(String('/services.js'))
    const { createI18n } = await import(String('/i18n.js'))
    const services = { ...createI18n(['ko']), announce: () => {} }
    Object.assign(globalThis, { alert: () => document.body.setAttribute('data-owned', '') })
    const parser = createParser(MarkdownIt, cjkFriendly)
    const forbidden =
      'script, img, iframe, object, embed, form, input, style, link, base, meta, video, audio, source, template, details, svg a, marquee'
    const faultsIn = (place: Element) => [
      ...Array.from(place.querySelectorAll(forbidden), element => element.outerHTML),
      ...Array.from(place.querySelectorAll('*')).flatMap(element =>
        Array.from(element.attributes)
          .filter(({ name, value }) => {
            if (name.startsWith('on') || ['src', 'srcdoc', 'action', 'formaction', 'xlink:href', 'id'].includes(name))
              return true
            if (name === 'href') return !/^(https?:\/\/|mailto:)/.test(value)
            // KaTeX sets sizes through the CSSOM.
            return name === 'style' && (!element.closest('.katex') || /url|position: *fixed/.test(value))
          })
          .map(({ name, value }) => `${name}=${value}`),
      ),
    ]
    const found: string[] = []
    const all = document.createElement('div')
    document.body.append(all)
    for (const text of corpus) {
      const document_ = new MarkdownDocument(parser)
      const place = document.createElement('div')
      all.append(place)
      const draw = () => {
        const nodes = document_.blocks().flatMap(({ nodes }: { nodes: never[] }) => viewOf(nodes))
        render(html`<${ServicesContext.Provider} value=${services}><div>${nodes}</div><//>`, place)
        for (const fault of faultsIn(place)) found.push(`${text}: ${fault}`)
      }
      for (const character of text) {
        document_.append(character)
        draw()
      }
      document_.end()
      draw()
    }
    // Until the formulas are drawn as well.
    while (!all.querySelector('.katex')) await new Promise(requestAnimationFrame)
    for (let frame = 0; frame < 100; frame++) await new Promise(requestAnimationFrame)
    return [...found, ...faultsIn(all), ...(document.body.hasAttribute('data-owned') ? ['a script ran'] : [])]
  }, corpus)
  t.same(faults, [])
})

t.test('a record is shown, counted and saved without marks, and a line says so', async t => {
  const { promise: held, resolve: go } = Promise.withResolvers<void>()
  conch.model.script = () => ['## 탐구\n\n**모형**을 ', held, '만듦.']
  const visitor = await visit(t, browser, conch.url)
  await visitor.write('관찰')
  const column = visitor.column(0)
  await column.holds('탐구\n\n모형을')
  await column.root.locator('.meter', { hasText: '17' }).waitFor()
  go()
  await visitor.ended()
  t.same(new Set(await visitor.texts()), new Set(['탐구\n\n모형을 만듦.']))
  t.same(new Set(await visitor.savedOutputs()), new Set(['탐구\n\n모형을 만듦.']))
  await column.root.getByText('서식 기호').click()
  t.equal(await column.root.locator('.original').textContent(), '## 탐구\n\n**모형**을 만듦.')
  await column.button('고치기').click()
  t.equal(await visitor.page.locator('#editor-text').inputValue(), '탐구\n\n모형을 만듦.')
})
