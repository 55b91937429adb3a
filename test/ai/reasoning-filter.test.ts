import t from 'tap'
import { ReasoningFilter } from '../../src/ai/reasoning-filter.ts'
import { TextSample } from '../../src/ai/text-sample.ts'

/** What a model writes, and which part of it is text. */
const cases: readonly (readonly [written: string, text: string])[] = [
  // A leading block.
  ['<think>\n생각\n</think>\n\n학생은 발표함.', '학생은 발표함.'],
  ['  \n<THINK>생각</Think>본문', '본문'],
  ['<thinking>a < b </think> [THINK]</thinking> \n 본문', '본문'],
  ['<thought>생각</thought>본문', '본문'],
  ['[THINK]생각</think>[/THINK]본문', '본문'],
  ['<think></think>\n\n본문', '본문'],
  ['<think>생각</think>\n<think>또</think>본문', '<think>또</think>본문'],
  ['<think>생각</think>가\n</think>\n나', '가\n</think>\n나'],
  ['<think>생각', ''],
  ['<think>생각</thi', ''],
  ['<think>', ''],
  ['<think>생각</think>  \n', ''],
  // Only the end of a block.
  ['생각…\n</think>\n\n본문', '본문'],
  ['생각\n[/think]\r\n본문', '본문'],
  ['첫 줄\n둘째 줄\n \t</THOUGHT> \n본문\n</think>\n끝', '본문\n</think>\n끝'],
  ['생각 </think>\n더\n</thinking>\n본문', '본문'],
  ['</think>\n\n본문', '본문'],
  ['생각\n</think>', ''],
  ['생각\n</think>  ', ''],
  // Text.
  ['본문', '본문'],
  ['  본문 ', '  본문 '],
  ['', ''],
  [' \n', ' \n'],
  ['본문에 <think>생각</think> 하나', '본문에 <think>생각</think> 하나'],
  ['쓰는 법: <think>\n생각\n</think>\n끝', '쓰는 법: <think>\n생각\n</think>\n끝'],
  ['생각</think>\n본문', '생각</think>\n본문'],
  ['생각\n</think> 본문', '생각\n</think> 본문'],
  ['생각\n- </think>\n본문', '생각\n- </think>\n본문'],
  ['<thin', '<thin'],
  ['<think', '<think'],
  ['<thinks>생각</thinks>', '<thinks>생각</thinks>'],
  ['<<think>생각</think>', '<<think>생각</think>'],
  ['본문\n</thin', '본문\n</thin'],
  ['[1, 2] < [3]\n[\n<\n/', '[1, 2] < [3]\n[\n<\n/'],
  ['ı<tHİNK>K</think>', 'ı<tHİNK>K</think>'],
]

t.test('the text is the same wherever the pieces are cut', async t => {
  for (const [written, text] of cases) {
    t.equal(read([written]).text, text, JSON.stringify(written))
    t.equal(read(written.split('')).text, text, `${JSON.stringify(written)}, character by character`)
    for (let one = 0; one <= written.length; one++) {
      for (let two = one; two <= written.length; two++) {
        const pieces = [written.slice(0, one), written.slice(one, two), written.slice(two)]
        const found = read(pieces).text
        if (found !== text) t.equal(found, text, JSON.stringify(pieces))
      }
    }
  }
})

t.test('tags, lines and letters in any order and any pieces give what a reading of the whole gives', async t => {
  const parts = [
    '<think>',
    '</think>',
    '[THINK]',
    '[/THINK]',
    '<thought>',
    '</thinking>',
    '\n',
    ' ',
    '글',
    '<',
    '[',
    'x',
  ]
  const random = numbers(16)
  for (let count = 0; count < 5_000; count++) {
    const written = Array.from({ length: random(12) }, () => parts[random(parts.length)]).join('')
    const pieces: string[] = []
    for (let at = 0; at < written.length; ) {
      const next = at + 1 + random(6)
      pieces.push(written.slice(at, next))
      at = next
    }
    const expected = textOf(written)
    const found = read(pieces).text
    if (found !== expected) t.equal(found, expected, JSON.stringify(pieces))
  }
  t.pass('all of them')
})

t.test('the filter passes text on as it comes, and holds only what may be a tag', async t => {
  const filter = new ReasoningFilter(new TextSample())
  for (const [piece, text] of [
    [' ', ''],
    ['글', ' 글'],
    [' a <', ' a '],
    [' b', '< b'],
    ['\n</thi', '\n'],
    ['s', '</this'],
    ['[/think] ', '[/think] '],
  ] as const)
    t.equal(filter.push(piece), text, piece)
})

t.test('void is reported once, and only if there was text before', async t => {
  t.same(read(['생각', '\n</think>\n', '본문']), { text: '본문', voids: 1, reasoning: 1 })
  t.same(read(['생각\n</think>\n본문']), { text: '본문', voids: 0, reasoning: 3 })
  t.same(read(['</think>\n', '본문']), { text: '본문', voids: 0, reasoning: 0 })
  t.same(read(['생각\n', '</think>']), { text: '', voids: 1, reasoning: 0 })
})

t.test('white space without end and an endless block take next to no memory', async t => {
  const reasoning = new TextSample()
  const thinking = new ReasoningFilter(reasoning)
  thinking.push('<think>')
  for (let count = 0; count < 10_000; count++) t.equal(thinking.push('생각 '), '')
  t.equal(thinking.end(), '')
  t.equal(reasoning.length, 30_000)
  t.equal(reasoning.beginning.length, 1_000)
  const blank = new ReasoningFilter(reasoning)
  let given = ''
  for (let count = 0; count < 2_000; count++) given += blank.push(' ')
  t.ok(given.length > 900, 'it is text in the end')
})

function read(pieces: readonly string[]) {
  const reasoning = new TextSample()
  const filter = new ReasoningFilter(reasoning)
  let text = ''
  let voids = 0
  const take = (given: string) => {
    if (filter.takeVoid()) {
      voids++
      text = ''
    }
    text += given
  }
  for (const piece of pieces) take(filter.push(piece))
  take(filter.end())
  return { text, voids, reasoning: reasoning.length }
}

/** The same rule, for a text that is there as a whole. */
function textOf(written: string): string {
  const [block, tag = ''] = /^\s*(<think>|<thinking>|<thought>|\[think\])/i.exec(written) ?? []
  if (block !== undefined) {
    const closing = `${tag.charAt(0)}/${tag.slice(1)}`.toLowerCase()
    const end = written.toLowerCase().indexOf(closing, block.length)
    return end < 0 ? '' : written.slice(end + closing.length).trimStart()
  }
  const opened = written.search(/<(think|thinking|thought)>|\[think\]/i)
  const alone = /^[^\S\n]*(?:<\/(?:think|thinking|thought)>|\[\/think\])[^\S\n]*$/im.exec(written)
  if (!alone || (opened >= 0 && opened < alone.index)) return written
  return written.slice(alone.index + alone[0].length).trimStart()
}

/** Whole numbers below `limit`, the same in every run. */
function numbers(seed: number) {
  let state = seed
  return (limit: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * limit)
  }
}
