import t from 'tap'
import { enough } from '../../src/ai/completion.ts'
import { bounded, fixedBound } from '../../src/ai/text-bound.ts'

t.test('a text up to the bound is passed on; the piece that goes beyond it is cut', async t => {
  const { given, read } = reader(5)
  t.equal(read('하나'), undefined)
  t.equal(read('둘둘셋'), undefined)
  t.equal(read('넷'), enough)
  t.same(given, ['하나', '둘둘셋'])
  const cut = reader(5)
  t.equal(cut.read('하나둘둘셋넷'), enough)
  t.same(cut.given, ['하나둘둘셋'])
  t.equal(cut.read('다'), enough)
  t.same(cut.given, ['하나둘둘셋'])
})

t.test('no character is cut in two', async t => {
  const { given, read } = reader(4)
  t.equal(read('하나둘😀'), enough)
  t.same(given, ['하나둘'])
})

t.test('the bound counts in the unit of the kind', async t => {
  const { given, read } = reader(7, text => Buffer.byteLength(text))
  t.equal(read('하나a'), undefined)
  t.equal(read('b'), enough)
  t.same(given, ['하나a'])
  const cut = reader(7, text => Buffer.byteLength(text))
  t.equal(cut.read('하나둘'), enough)
  t.same(cut.given, ['하나'])
})

t.test('void text does not count', async t => {
  const { given, read } = reader(5)
  read('하나둘둘')
  t.equal(read('셋셋셋', true), undefined)
  t.equal(read('넷넷'), undefined)
  t.equal(read('넷'), enough)
  t.same(given, ['하나둘둘', '셋셋셋 voids', '넷넷'])
})

function reader(limit: number, size?: (text: string) => number) {
  const given: string[] = []
  const read = bounded({ ...fixedBound(limit), size }, (text, voids) => {
    given.push(voids ? `${text} voids` : text)
  })
  return { given, read }
}
