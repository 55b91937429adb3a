import t from 'tap'
import type { Node } from '../../../public/markdown/tree.js'
import { elementsOf, newDocument } from './drawn.ts'
import { corpus } from './xss-corpus.ts'

t.test('the corpus is large', async t => {
  t.ok(new Set(corpus).size >= 150, `${corpus.length}`)
})

/** All that an element of a tree may have, with what it may be: `view.js` writes nothing else into the page. */
const members: Record<string, (value: unknown) => boolean> = {
  kind: value => typeof value === 'string',
  children: Array.isArray,
  href: value =>
    value === undefined || (typeof value === 'string' && /^(https?:\/\/[^\s<>"]+|mailto:[^\s<>"]*)$/.test(value)),
  host: value => typeof value === 'string' && !/[<>"\s]/.test(value),
  language: value => typeof value === 'string' && /^[\w+#.-]*$/.test(value),
  label: value => typeof value === 'string' && /^[\p{L}\p{N}_-]+$/u.test(value),
  align: value => value === undefined || ['left', 'center', 'right'].includes(String(value)),
  level: value => [1, 2, 3, 4, 5, 6].includes(Number(value)),
  start: value => value === undefined || Number.isInteger(value),
  // Shown as text, and to KaTeX as the source of a formula.
  ...Object.fromEntries(['alt', 'text', 'tex'].map(name => [name, (value: unknown) => typeof value === 'string'])),
  ...Object.fromEntries(
    ['ordered', 'checked', 'continued', 'display', 'open'].map(name => [
      name,
      (value: unknown) => typeof value === 'boolean' || value === undefined,
    ]),
  ),
}

const kinds = new Set(
  'p strong em s quote table head body row list item head-cell cell heading link picture code code-block formula reference note br rule'.split(
    ' ',
  ),
)

function faultsOf(nodes: readonly Node[]): string[] {
  return elementsOf(nodes).flatMap(element => {
    const wrong = Object.entries(element).filter(([name, value]) => !members[name]?.(value))
    return [...(kinds.has(element.kind) ? [] : [element.kind]), ...wrong.map(([name, value]) => `${name}=${value}`)]
  })
}

t.test('no text becomes anything but words and safe links, wherever it is cut', async t => {
  for (const text of corpus) {
    const document = newDocument()
    const faults = new Set<string>()
    for (let at = 0; at < text.length; at++) {
      document.append(text.charAt(at))
      for (const holding of [true, false])
        for (const fault of document.blocks({ holding }).flatMap(({ nodes }) => faultsOf(nodes))) faults.add(fault)
    }
    document.end()
    for (const fault of document.blocks().flatMap(({ nodes }) => faultsOf(nodes))) faults.add(fault)
    t.same([...faults], [], text)
  }
})
