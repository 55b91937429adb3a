import { common, createLowlight } from '../vendor/lowlight.js'

/** @typedef {{ text: string, name: string }[]} Line pieces of text, the last with the line break; `name`: the class, or nothing */

const lowlight = createLowlight(common)

/**
 * The lines of a code with the names of what its pieces are; `undefined` for a language that is not known.
 *
 * lowlight (highlight.js as a tree), since it gives no HTML.
 *
 * @param {string} code
 * @param {string} language
 * @returns {Line[] | undefined}
 */
export function linesOf(code, language) {
  if (!lowlight.registered(language)) return undefined
  const lines = /** @type {Line[]} */ ([[]])
  /** @param {import('hast').RootContent} node @param {string} name */
  const walk = (node, name) => {
    if (node.type === 'element') {
      const names = node.properties.className
      const own = Array.isArray(names) ? names.filter(one => /^hljs-[\w-]+$|^[\w-]+_$/.test(String(one))).join(' ') : ''
      for (const child of node.children) walk(child, own || name)
    } else if (node.type === 'text') {
      node.value.split(/(?<=\n)/).forEach(text => {
        lines.at(-1)?.push({ text, name })
        if (text.endsWith('\n')) lines.push([])
      })
    }
  }
  for (const node of lowlight.highlight(language, code).children) walk(node, '')
  return lines
}
