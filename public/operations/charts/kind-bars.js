import { html } from '../../preact.js'
import { useOperatorServices } from '../operator-context.js'
import { kindWords } from '../overview/words.js'
import { Canvas } from './canvas.js'
import { Figure } from './figure.js'

/**
 * One bar for each kind of task, made of parts.
 *
 * @param {{ name: string, title: string, kinds: string[],
 *   stack: { name: string, title: string, colour: string, values: number[] }[] }} props values by kind
 */
export function KindBars({ name, title, kinds, stack }) {
  const { t, lang } = useOperatorServices()
  const rows = kinds.map((kind, index) => ({
    title: kindWords(t, kind),
    cells: stack.map(({ values }) => (values[index] ?? 0).toLocaleString(lang)),
  }))
  return html`
    <${Figure} name=${name} title=${title} legend=${stack} columns=${stack.map(part => part.title)} rows=${rows}>
      <${Canvas} name=${title} labels=${kinds.map(kind => kindWords(t, kind))} stack=${stack} size=${0.5} />
    <//>
  `
}
