import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build, type Metafile, type Plugin, stop } from 'esbuild'
import { fontFolder, vendorInput } from './vendor.ts'

export const publicFolder = fileURLToPath(new URL('../../../public/', import.meta.url))

/** A file as it is served: by its path, as it is and compressed. */
export interface PageFile {
  readonly path: string
  readonly type: string
  /** A weak one: it stands for the encodings too. */
  readonly etag: string
  /** By encoding, the smallest first: `identity` always, `br` and `gzip` if they make it smaller. */
  readonly bodies: ReadonlyMap<string, Buffer>
}

export interface PageBundle {
  /** The documents, under every path that they have. */
  readonly documents: readonly PageFile[]
  /** Scripts and style sheets, whose names change with what they say. */
  readonly assets: readonly PageFile[]
}

/** The pages: where each begins, and under which paths it is served. */
const entries = [
  { name: 'app', document: 'index.html', paths: ['/', '/index.html'] },
  { name: 'operations', document: 'operations/index.html', paths: ['/operations/', '/operations/index.html'] },
] as const

let bundled: Promise<PageBundle> | undefined

/**
 * Makes of each page in `public/` one script and one style sheet, minified, and what two pages share a file of its own. A
 * first visit would else ask for 174 files one after the other, which took 5.9 s on 4G and takes 1.8 s so. There is nothing
 * to build before the server starts, and `npm run dev` serves the files as they are.
 *
 * Once per process, in about 400 ms on two busy cores: several servers of one process, as in tests, share the result.
 *
 * Why esbuild: it bundles and minifies modules and style sheets in one call, has no dependency, and does this in a process of
 * its own, beside the rest of the start. Rollup takes six times as long, and needs two plugins.
 *
 * @throws whatever esbuild says of a file that it cannot read, or when it has no program for this platform
 */
export function bundlePages(): Promise<PageBundle> {
  bundled ??= makeBundle()
  return bundled
}

async function makeBundle(): Promise<PageBundle> {
  const documents = await Promise.all(
    entries.map(async ({ name, document, paths }) => {
      const html = await readFile(join(publicFolder, document), 'utf8')
      return { name, paths, html, styles: stylesOf(html), script: scriptOf(html) }
    }),
  )
  const sheets = new Map(documents.map(({ name, styles }) => [`${name}.css`, styles]))
  const { outputFiles, metafile } = await build({
    entryPoints: documents.flatMap(({ name, script }) => [
      { out: name, in: join(publicFolder, script) },
      { out: name, in: `sheet:${name}.css` },
    ]),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    // Else the names would change with the folder that the process was started in.
    absWorkingDir: publicFolder,
    outdir: '/assets',
    entryNames: '[name]-[hash]',
    chunkNames: 'shared-[hash]',
    write: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [pageFiles(sheets)],
  }).finally(stop)
  const assets = await Promise.all(
    outputFiles.map(({ path, contents }) => {
      const name = basename(path)
      const type = path.endsWith('.css') ? 'text/css' : 'text/javascript'
      return pageFile(`/assets/${name}`, type, Buffer.from(contents))
    }),
  )
  const pages = await Promise.all(
    documents.flatMap(({ name, paths, html }) => {
      const body = Buffer.from(withAssets(html, outputsOf(metafile, name)))
      return paths.map(path => pageFile(path, 'text/html', body))
    }),
  )
  return { documents: pages, assets }
}

const styleLink = /[ \t]*<link rel="stylesheet" href="([^"]+)" \/>\n/g
const scriptTag = /<script type="module" src="([^"]+)"><\/script>/

function stylesOf(html: string): string[] {
  return Array.from(html.matchAll(styleLink), ([, href]) => String(href))
}

function scriptOf(html: string): string {
  const [, src] = scriptTag.exec(html) ?? []
  if (!src) throw new Error('a page has one script of type module')
  return src
}

/** The document with its one script, what that script imports, and its one style sheet. */
function withAssets(html: string, { script, imported, sheet }: Outputs): string {
  const preloads = imported.map(path => `    <link rel="modulepreload" href="${path}" />\n`).join('')
  let first = true
  return html
    .replaceAll(styleLink, () => {
      const link = first ? `    <link rel="stylesheet" href="${sheet}" />\n${preloads}` : ''
      first = false
      return link
    })
    .replace(scriptTag, `<script type="module" src="${script}"></script>`)
}

interface Outputs {
  script: string
  imported: string[]
  sheet: string
}

function outputsOf({ outputs }: Metafile, entry: string): Outputs {
  const address = (path: string) => `/assets/${basename(path)}`
  const found = Object.entries(outputs).filter(([path, { entryPoint }]) => {
    return entryPoint && new RegExp(`^${entry}-\\w+\\.(js|css)$`).test(basename(path))
  })
  const script = found.find(([path]) => path.endsWith('.js'))
  const sheet = found.find(([path]) => path.endsWith('.css'))
  if (!script || !sheet) throw new Error(`esbuild made no script or no style sheet of ${entry}`)
  const imported = script[1].imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => address(path))
  return { script: address(script[0]), imported, sheet: address(sheet[0]) }
}

/** Finds what a page names by its address: files of `public/` and those below `/vendor/`; the fonts stay where they are. */
function pageFiles(sheets: ReadonlyMap<string, readonly string[]>): Plugin {
  return {
    name: 'page-files',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^sheet:/ }, ({ path }) => ({ path: path.slice(6), namespace: 'sheet' }))
      onLoad({ filter: /./, namespace: 'sheet' }, ({ path }) => ({
        contents: sheets
          .get(path)
          ?.map(href => `@import ${JSON.stringify(href)};`)
          .join('\n'),
        loader: 'css',
        resolveDir: publicFolder,
      }))
      onResolve({ filter: /^\/vendor\/pretendard\/.*\.css$/ }, ({ path }) => ({
        path: join(fontFolder, basename(path)),
      }))
      onResolve({ filter: /\.woff2$/ }, ({ path }) => ({
        path: `/vendor/pretendard/woff2-dynamic-subset/${basename(path)}`,
        external: true,
      }))
      onResolve({ filter: /^\/vendor\// }, ({ path }) => ({ path: basename(path), namespace: 'vendor' }))
      onResolve({ filter: /^\.\/preact/, namespace: 'vendor' }, ({ path }) => ({
        path: basename(path),
        namespace: 'vendor',
      }))
      onLoad({ filter: /./, namespace: 'vendor' }, async ({ path }) => ({
        ...(await vendorInput(path)),
        loader: path.endsWith('.css') ? 'css' : 'js',
      }))
      onResolve({ filter: /^\/.*\.(js|css)$/ }, ({ path }) => ({
        path: path.startsWith(publicFolder) ? path : join(publicFolder, path),
      }))
    },
  }
}

/** A file with its compressed forms. Brotli at 6 of 11: all take 20 ms, at 11 they take 470 and are 13 % smaller. */
export async function pageFile(path: string, type: string, body: Buffer): Promise<PageFile> {
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const bodies = new Map<string, Buffer>()
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
    promisify(gzip)(body, { level: 9 }),
  ])
  if (br.length < body.length) bodies.set('br', br)
  if (gz.length < body.length) bodies.set('gzip', gz)
  bodies.set('identity', body)
  return { path, type: `${type}; charset=utf-8`, etag, bodies }
}
