import t from 'tap'
import { drawn, elementsOf, seen, sketch } from './drawn.ts'

const paragraph = (words: string) => `<p>${words}</>`

t.test('prices stay prices, and formulas are formulas', async t => {
  for (const prices of [
    '값은 $5에서 $10 사이예요.',
    '$5, 10$ 그리고 20$',
    '커피 $3.50와 차 $4',
    'US$5 and US$6',
    '$ a $',
    '$5/$6',
    '가격은 $5~$10',
    '$HOME 그리고 $PATH 변수',
  ])
    t.equal(sketch(drawn(prices)), paragraph(prices), prices)
  for (const [text, tree] of [
    ['합은 $x+y$예요', '합은 <formula=x+y>예요'],
    ['$a b c$', '<formula=a b c>'],
    ['$\\text{넓이} = \\pi r^2$', '<formula=\\text{넓이} = \\pi r^2>'],
    ['\\(a\\)와 \\[b\\]', '<formula=a>와 <formula=b>'],
    ['앞 $$a$$ 뒤', '앞 <formula=a> 뒤'],
    ['$\\$5$', '<formula=\\$5>'],
  ] as const)
    t.equal(sketch(drawn(text)), paragraph(tree), text)
  t.equal(sketch(drawn('$$\na\n\nb\n$$\n뒤')), '<formula=a\n\nb><p>뒤</>')
  t.equal(sketch(drawn('`$x$` \\$x$')), paragraph('<code=$x$> $x$'))
})

t.test('only absolute addresses of the web and of mail become links; the words of others stay', async t => {
  for (const [text, tree] of [
    ['[가](https://a.example/b)', '<link=https://a.example/b>가</>'],
    ['[가](HTTP://a.example)', '<link=http://a.example/>가</>'],
    ['[가](mailto:a@b.example)', '<link=mailto:a@b.example>가</>'],
    ['<https://a.example>', '<link=https://a.example/>https://a.example</>'],
    ['https://a.example/b에서', '<link=https://a.example/b>https://a.example/b</>에서'],
    ['(https://a.example/b_(c)).', '(<link=https://a.example/b_(c)>https://a.example/b_(c)</>).'],
    ['[가](/api/tasks)', '가'],
    ['[가](#chat)', '가'],
    ['[가](//a.example)', '가'],
    ['[가](javascript:alert(1))', '가'],
    ['[가](data:text/html,x)', '가'],
    ['[가](ftp://a.example)', '가'],
    ['[가](https:)', '가'],
    ['xhttps://a.example', 'xhttps://a.example'],
  ] as const)
    t.equal(sketch(drawn(text)), paragraph(tree), text)
})

t.test('a picture is a link with its words and its host, and is never loaded', async t => {
  t.match(drawn('![**고양이**](https://img.example/a.png?text=secret)'), [
    {
      children: [
        { kind: 'picture', alt: '고양이', host: 'img.example', href: 'https://img.example/a.png?text=secret' },
      ],
    },
  ])
  t.match(drawn('![점](data:image/png;base64,AAAA)'), [{ children: [{ kind: 'picture', alt: '점', href: undefined }] }])
})

t.test('HTML is text, but for the break that the cells of tables need', async t => {
  t.equal(sketch(drawn('<b onclick="x">가</b>')), paragraph('<b onclick="x">가</b>'))
  t.equal(sketch(drawn('<div>\n\n가\n\n</div>')), '<p><div></><p>가</><p></div></>')
  t.equal(sketch(drawn('가<br>나<br/>다<BR />라')), paragraph('가<br>나<br>다<br>라'))
})

t.test('emphasis ends before a Korean particle', async t => {
  t.equal(
    sketch(drawn('**강조(설명)**은 **"인용"**을 *기울임*과')),
    paragraph('<strong>강조(설명)</>은 <strong>"인용"</>을 <em>기울임</>과'),
  )
})

t.test('task lists, footnotes, tables and breaks', async t => {
  t.equal(sketch(drawn('- [ ] 가\n- [x] 나\n- 다')), '<list><item>가</><item>나</><item>다</></>')
  t.match(drawn('- [ ] 가\n- [x] 나\n- 다'), [{ children: [{ checked: false }, { checked: true }, {}] }])
  t.equal(
    sketch(drawn('가[^1]와 [^없음]\n\n[^1]: 주석 **굵게**\n    둘째 줄')),
    '<p>가<reference=1>와 <reference=없음></><note=1>주석 <strong>굵게</>\n둘째 줄</>',
  )
  t.match(drawn('| 가 | 나 |\n|:-:|--:|\n| 1 | 2 |'), [
    {
      kind: 'table',
      children: [
        { kind: 'head', children: [{ children: [{ align: 'center' }, { align: 'right' }] }] },
        { kind: 'body' },
      ],
    },
  ])
  t.equal(sketch(drawn('첫 줄\n둘째 줄')), paragraph('첫 줄\n둘째 줄'))
  t.match(drawn('```JavaScript title="x"\nlet a\n```'), [{ kind: 'code-block', language: 'javascript', text: 'let a' }])
})

t.test('marks that nest without end are bounded, and no word is lost', async t => {
  for (const [open, close] of [
    ['**a ', ' b**'],
    ['*a ', ' b*'],
    ['> ', ''],
    ['[a ', ' b](https://a.example)'],
    ['~~a ', ' b~~'],
  ] as const) {
    const nodes = drawn(`${open.repeat(500)}글${close.repeat(500)}`)
    const depth = (node: unknown): number =>
      1 + Math.max(0, ...((node as { children?: unknown[] }).children ?? []).map(depth))
    t.ok(Math.max(...nodes.map(depth)) < 60, open)
    t.match(seen(nodes), '글')
  }
})

t.test('a paragraph is drawn in parts that a browser lays out quickly, with all its words', async t => {
  const sentence = '교통량 자료를 모아 신호 시간을 조정하는 모형을 만들었습니다. '
  const long = sentence.repeat(1500).trim()
  for (const text of [long, `- ${long}`, `> ${long}`, `**${long}**`, '가'.repeat(50_000), '😀'.repeat(20_000)]) {
    const nodes = drawn(text)
    const parts = elementsOf(nodes).filter(({ kind }) => kind === 'p')
    const own = parts.map(part =>
      'children' in part ? seen(part.children.filter(node => typeof node === 'string' || node.kind !== 'p')).length : 0,
    )
    t.ok(Math.max(...own) <= 4100, `${Math.max(...own)} characters at most`)
    t.equal(
      seen(nodes).replaceAll(/\s/g, ''),
      text.replace(/^[->] |\*\*/g, '').replaceAll(/\s/g, ''),
      'nothing is lost',
    )
    t.notMatch(seen(nodes), /[\ud800-\udbff](?![\udc00-\udfff])/, 'no character is cut')
  }
})
