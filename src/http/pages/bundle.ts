import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Metafile, Plugin } from 'esbuild'
import type { Facts } from './drawing.ts'
import type { KeptFolder } from './kept-folder.ts'
import { type PageFile, pageFile } from './page-file.ts'
import { htmlOf, linksOf, type PageName, pageNames, publicFolder } from './templates.ts'
import { fontFolder, vendorInput, vendorNames } from './vendor.ts'
import { type WordsFont, wordsFont } from './words-font.ts'

/** The files of a page, by their addresses. */
export interface PageAssets {
  readonly script: string
  /** What the script imports at once. */
  readonly imported: readonly string[]
  /** The plain script that runs before anything is painted. */
  readonly early: string
  readonly sheet: string
  /** The style sheet that the first view does without. */
  readonly laterSheet: string
}

export interface PageBundle {
  readonly pages: Readonly<Record<PageName, PageAssets>>
  /** Scripts and style sheets, whose names change with what they say. */
  readonly assets: readonly PageFile[]
  readonly font: WordsFont
  /** The program that draws the first views: `drawing.ts` runs it. */
  readonly drawing: string
}

/** What esbuild has made, as it is kept. */
interface Built {
  pages: Record<PageName, PageAssets>
  assets: { path: string; type: string; text: string }[]
  drawing: string
}

let bundled: Promise<PageBundle> | undefined

/**
 * Makes of each page in `public/` one script and one style sheet for its first view, minified; what it imports later comes in files
 * of their own. A first visit would else ask for 174 files one after the other, which took 5.9 s on 4G and took 1.8 s in one. There
 * is nothing to build before the server starts, and `npm run dev` serves the files as they are.
 *
 * Once per process: several servers of one process, as in tests, share the result. With a folder to keep it in, once for each state
 * of the sources; it takes about 500 ms on two busy cores.
 *
 * Why esbuild: it bundles and minifies modules and style sheets in one call, has no dependency, and does this in a process of
 * its own, beside the rest of the start. Rollup takes six times as long, and needs two plugins.
 *
 * @param facts what the pages know of the server; their words are in the font, and are the same for the whole process
 * @throws whatever esbuild says of a file that it cannot read, or when it has no program for this platform
 */
export function bundlePages(facts: Facts, kept?: KeptFolder): Promise<PageBundle> {
  bundled ??= makeBundle(facts, kept)
  return bundled
}

async function makeBundle(facts: Facts, kept: KeptFolder | undefined): Promise<PageBundle> {
  const font = await wordsFont(JSON.stringify(facts) + (await allWords()), kept)
  const { pages, assets, drawing } = await keptOrBuilt(font, kept)
  const files = assets.map(({ path, type, text }) => pageFile(path, type, Buffer.from(text)))
  return { pages, assets: await Promise.all(files), font, drawing }
}

async function allWords(): Promise<string> {
  const { ko, en } = await import(join(publicFolder, 'i18n.js'))
  return Object.values({ ...ko, en: Object.values(en).join('') }).join('')
}

/** What is kept was made of the same sources: the name says so. What a full disk has cut short is made again. */
async function keptOrBuilt(font: WordsFont, kept: KeptFolder | undefined): Promise<Built> {
  if (!kept) return built(font)
  let made: Built | undefined
  const make = async () => {
    made = await built(font)
    return Buffer.from(JSON.stringify(made))
  }
  const name = `bundle-${await hashOfSources(font)}.json`
  const file = await kept.file(name, make)
  try {
    return made ?? JSON.parse(file.toString())
  } catch {
    return built(font)
  }
}

/** Of all that the bundle is made of, and of what makes it. */
async function hashOfSources(font: WordsFont): Promise<string> {
  const own = ['bundle.ts', 'esbuild-plugin.ts', 'vendor.ts', 'templates.ts']
  const names = (await readdir(publicFolder, { recursive: true })).filter(name => /\.(js|css|html)$/.test(name)).sort()
  const files = await Promise.all([
    ...names.map(name => readFile(join(publicFolder, name))),
    ...own.map(name => readFile(fileURLToPath(new URL(name, import.meta.url)))),
    ...vendorNames.map(vendorInput),
    installed(),
    readFile(join(fontFolder, 'pretendardvariable-dynamic-subset.css')),
    readFile(new URL('../package.json', import.meta.resolve('esbuild'))),
    readFile(new URL('../package.json', import.meta.resolve('preact-render-to-string'))),
  ])
  const hash = createHash('sha256').update(JSON.stringify([names, font.name]))
  for (const file of files) hash.update(`${file.length}\n`).update(file)
  return hash.digest('base64url').slice(0, 22)
}

/** What npm has installed: of a package of many files `vendorInput` has only the name. */
function installed(): Promise<Buffer> {
  const list = fileURLToPath(new URL('../../../node_modules/.package-lock.json', import.meta.url))
  return readFile(list).catch(() => Buffer.from(''))
}

async function built(font: WordsFont): Promise<Built> {
  // Loaded only here: most starts have what they need.
  const [{ build, stop }, { pageFiles }] = await Promise.all([import('esbuild'), import('./esbuild-plugin.ts')])
  const links = await Promise.all(pageNames.map(async name => ({ name, ...linksOf(await htmlOf(name)) })))
  const sheets = new Map(
    links.flatMap(({ name, first, later }): [string, string[]][] => [
      [`${name}.css`, ['/words-font.css', ...first]],
      [`${name}-later.css`, later],
    ]),
  )
  const common = {
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    // Else the names would change with the folder that the process was started in.
    absWorkingDir: publicFolder,
    write: false,
    metafile: true,
    logLevel: 'silent',
  } as const
  const plugin = pageFiles(sheets, font.css)
  const pages = links.map(async ({ name, script }) => {
    // Each for itself: what both use would else be in files of its own, which the first view waits for.
    const { metafile, outputFiles } = await build({
      ...common,
      entryPoints: [
        { out: 'early', in: join(publicFolder, 'early.js') },
        { out: name, in: join(publicFolder, script) },
        ...[name, `${name}-later`].map(sheet => ({ out: sheet, in: `sheet:${sheet}.css` })),
      ],
      splitting: true,
      outdir: '/assets',
      entryNames: '[name]-[hash]',
      chunkNames: `${name}-[name]-[hash]`,
      plugins: [plugin],
    })
    return { name, assets: assetsOf(metafile, name), outputFiles }
  })
  const drawing = build({
    ...common,
    stdin: {
      contents: `export { drawnView } from '/drawn.js'\nexport { renderToString } from 'preact-render-to-string'`,
      resolveDir: publicFolder,
    },
    plugins: [withoutLaterModules, plugin],
  })
  const made = await Promise.all([Promise.all(pages), drawing]).finally(stop)
  const files = new Map(
    made[0].flatMap(({ outputFiles }) => outputFiles.map(({ path, text }) => [path, text] as const)),
  )
  return {
    pages: Object.fromEntries(made[0].map(({ name, assets }) => [name, assets])) as Built['pages'],
    assets: Array.from(files, ([path, text]) => ({
      path: `/assets/${basename(path)}`,
      type: path.endsWith('.css') ? 'text/css' : 'text/javascript',
      text,
    })),
    drawing: made[1].outputFiles[0]?.text ?? '',
  }
}

/** What the browser imports later is no part of a first view. */
const withoutLaterModules: Plugin = {
  name: 'without-later-modules',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined))
  },
}

function assetsOf({ outputs }: Metafile, page: PageName): PageAssets {
  const address = (path: string) => `/assets/${basename(path)}`
  const find = (name: string, extension: string) => {
    const found = Object.entries(outputs).find(
      ([path, { entryPoint }]) => entryPoint && new RegExp(`^${name}-\\w{8}\\.${extension}$`).test(basename(path)),
    )
    if (!found) throw new Error(`esbuild made no ${name}.${extension}`)
    return found
  }
  const [script, { imports }] = find(page, 'js')
  return {
    script: address(script),
    imported: imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => address(path)),
    early: address(find('early', 'js')[0]),
    sheet: address(find(page, 'css')[0]),
    laterSheet: address(find(`${page}-later`, 'css')[0]),
  }
}
