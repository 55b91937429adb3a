import { common, createLowlight } from '../vendor/lowlight.js'

/** @typedef {{ text: string, name: string }[]} Line pieces of text, the last with the line break; `name`: the class, or nothing */

/** To make all its grammars ready would take longer than a frame: each is when code in its language comes. */
const lowlight = createLowlight()

/** @type {Record<string, string>} */
const otherNames = {
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  node: 'javascript',
  ts: 'typescript',
  tsx: 'typescript',
  py: 'python',
  rb: 'ruby',
  sh: 'bash',
  zsh: 'bash',
  console: 'shell',
  html: 'xml',
  svg: 'xml',
  vue: 'xml',
  yml: 'yaml',
  toml: 'ini',
  md: 'markdown',
  'c++': 'cpp',
  'c#': 'csharp',
  cs: 'csharp',
  kt: 'kotlin',
  rs: 'rust',
  golang: 'go',
  json5: 'json',
  jsonc: 'json',
  patch: 'diff',
  postgres: 'sql',
  postgresql: 'sql',
  mysql: 'sql',
}

/** Languages in which others stand. @type {Record<string, string[]>} */
const parts = { xml: ['css', 'javascript'], markdown: ['xml'], php: ['xml'] }

/** @param {string} language @returns {string | undefined} its name here, once it is ready */
function ready(language) {
  const name = otherNames[language] ?? language
  const grammar = Object.hasOwn(common, name) ? common[/** @type {keyof typeof common} */ (name)] : undefined
  if (!grammar) return undefined
  if (!lowlight.registered(name)) lowlight.register(name, grammar)
  for (const part of parts[name] ?? []) ready(part)
  return name
}

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
  const known = ready(language)
  if (!known) return undefined
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
  for (const node of lowlight.highlight(known, code).children) walk(node, '')
  return lines
}
