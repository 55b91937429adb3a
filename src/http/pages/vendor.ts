import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** The folder of the font: its style sheet, and the files that the sheet names. */
export const fontFolder = fileURLToPath(new URL('dist/web/variable/', import.meta.resolve('pretendard/package.json')))

/** The folder of KaTeX's style sheet and of the fonts that it names. */
export const katexFolder = fileURLToPath(new URL('dist/', import.meta.resolve('katex/package.json')))
export const fontVersion: string = JSON.parse(
  readFileSync(fileURLToPath(import.meta.resolve('pretendard/package.json')), 'utf8'),
).version

/**
 * The few files of npm packages that the pages use, by their names below `/vendor/`. Both ways to serve the pages take them
 * from here, so that a page runs the same code in both.
 */
const files: Readonly<Record<string, () => Promise<string>>> = {
  'preact.js': () => moduleOf('preact'),
  'preact-hooks.js': () => moduleOf('preact/hooks'),
  'htm.js': () => moduleOf('htm'),
  // Minified it exists as a script only, which makes a variable: 51 kB instead of 145.
  'uplot.js': async () =>
    `${languageOfPage}\n${await sourceOf('uplot/dist/uPlot.iife.min.js')}\nexport default uPlot\n`,
  'uplot.css': () => sourceOf('uplot/dist/uPlot.min.css'),
  'katex.js': () => sourceOf('katex'),
}

/** What the pages use of packages of many files. */
const packages: Readonly<Record<string, string>> = {
  'markdown-it.js': `
    export { default as MarkdownIt } from 'markdown-it/browser'
    export { default as cjkFriendly } from 'markdown-it-cjk-friendly'`,
  'lowlight.js': "export { common, createLowlight } from 'lowlight'",
}

const here = fileURLToPath(new URL('.', import.meta.url))

export const vendorNames: readonly string[] = [...Object.keys(files), ...Object.keys(packages)]

/**
 * A file as a browser can load it: of a package of many files, one module.
 *
 * @param name one of `vendorNames`
 * @throws what esbuild says when it has no program for this platform, for a package of many files: the pages do without it
 */
export async function vendorSource(name: string): Promise<string> {
  const contents = await vendorInput(name)
  if (packages[name] === undefined) return contents
  // Minified, else it has paths in it, which begin where the process was started.
  const options = { bundle: true, minify: true, format: 'esm', target: 'es2022', write: false } as const
  // Loaded only here: most starts have what they need.
  const { build } = await import('esbuild')
  const { outputFiles } = await build({ stdin: { contents, resolveDir: here }, ...options, logLevel: 'silent' })
  return String(outputFiles[0]?.text)
}

/** What `vendorSource` makes it of; of a package of many files, what the pages use of it. */
export async function vendorInput(name: string): Promise<string> {
  const contents = packages[name] ?? (await files[name]?.())
  if (contents === undefined)
    throw new Error(`no page may import /vendor/${name}: src/http/pages/vendor.ts does not list it`)
  return contents
}

/**
 * uPlot makes a number format for `navigator.language` when it is loaded. Where that is no language tag, `en-US@posix` say, as
 * in a browser under LANG=C, it throws, and the page with it. So it gets the language of the page, by the only name it reads.
 */
const languageOfPage = "const navigator = { language: document.documentElement.lang || 'en' }"

/**
 * Browsers resolve a bare specifier only through an import map, which counts as an inline script and which our content
 * security policy refuses. The hooks have the only one (`preact`); it becomes a URL, so both share one preact.
 */
async function moduleOf(specifier: string): Promise<string> {
  const body = (await sourceOf(specifier))
    .replaceAll(/\bfrom\s*(['"])preact\1/g, 'from"./preact.js"')
    .replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n')
  const bare = /\bfrom\s*(['"])(?!\.{0,2}\/)(.*?)\1/.exec(body)
  if (bare) throw new Error(`${specifier} imports "${bare[2]}", which a browser cannot resolve`)
  return body
}

function sourceOf(specifier: string): Promise<string> {
  return readFile(new URL(import.meta.resolve(specifier)), 'utf8')
}
