import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** The folder of the font: its style sheet, and the files that the sheet names. */
export const fontFolder = fileURLToPath(new URL('dist/web/variable/', import.meta.resolve('pretendard/package.json')))

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
}

export const vendorNames: readonly string[] = Object.keys(files)

/** @param name one of `vendorNames` */
export async function vendorSource(name: string): Promise<string> {
  const read = files[name]
  if (!read) throw new Error(`no page may import /vendor/${name}: src/http/pages/vendor.ts does not list it`)
  return read()
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
