import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { languageOf, languageVaries } from '../language.ts'
import { bundlePages, type PageBundle } from './bundle.ts'
import { Documents } from './documents.ts'
import type { Facts } from './drawing.ts'
import type { KeptFolder } from './kept-folder.ts'
import { asItIs, immutable, type PageFile, pageFile, sendFile } from './page-file.ts'
import { pageNames, publicFolder, templates } from './templates.ts'
import { fontFolder, fontVersion, katexFolder, vendorNames, vendorSource } from './vendor.ts'

export interface PagesOptions {
  /** `source`: each file of `public/` as it is, for those who work on the pages; they reload to see a change. */
  pages: 'bundled' | 'source'
  facts: () => Facts
  /** Where the server is served, such as `/conch`; by default it has the host for itself. */
  basePath?: string
  /** Where what is made at the start is kept. */
  kept?: KeptFolder
}

/**
 * The web pages, for users at `/` and for operators at `/operations/`, bundled when the server starts (see `bundlePages`), and
 * the font under `/vendor/`. A machine that cannot bundle them serves their sources.
 *
 * Documents are revalidated on every load (`no-cache` with an ETag), so that a deploy is seen at once; scripts, style sheets and
 * the font have names that change with them, and are kept for ever.
 */
export async function pages(app: FastifyInstance, { pages, facts, basePath = '', kept }: PagesOptions): Promise<void> {
  const bundle = pages === 'bundled' ? await bundlePages(facts(), kept).catch(warn) : undefined
  serveDocuments(app, new Documents({ basePath, facts, bundle }))
  await (bundle ? serveBundle(app, bundle, kept) : serveSources(app))
  await serveManifest(app)
  app.get('/operations', { schema: { hide: true } }, (_request, reply) => reply.redirect(`${basePath}/operations/`))
  await app.register(fastifyStatic, {
    root: fontFolder,
    prefix: '/vendor/pretendard/',
    allowedPath: path => fontFile.test(path),
    decorateReply: false,
    maxAge: vendorMaxAgeSeconds * 1000,
  })
  await app.register(fastifyStatic, {
    root: katexFolder,
    prefix: '/vendor/katex/',
    allowedPath: path => katexFile.test(path),
    decorateReply: false,
    maxAge: vendorMaxAgeSeconds * 1000,
  })

  function warn(error: unknown): undefined {
    app.log.warn({ err: error }, 'cannot bundle the pages; serving their sources: a first visit takes longer')
  }
}

const vendorMaxAgeSeconds = 3600

/** The variable font cut into ranges of characters, of which a browser fetches those on the page (about 30 kB each). */
const fontFile = /^\/(pretendardvariable-dynamic-subset\.css|woff2-dynamic-subset\/[\w.]+\.woff2)$/

/** Of the fonts only the form that every browser reads. */
const katexFile = /^\/(katex\.min\.css|fonts\/[\w-]+\.woff2)$/

function serveDocuments(app: FastifyInstance, documents: Documents): void {
  for (const page of pageNames)
    for (const path of templates[page].paths)
      app.get(path, { schema: { hide: true } }, async (request, reply) => {
        const origin = `${request.protocol}://${request.host}`
        const file = await documents.get({ page, language: languageOf(request), origin })
        return sendFile(request, reply, file, { cacheControl: 'no-cache', vary: languageVaries })
      })
}

async function serveBundle(
  app: FastifyInstance,
  { assets, font }: PageBundle,
  kept: KeptFolder | undefined,
): Promise<void> {
  for (const file of assets) serve(app, file, immutable)
  // So that no visitor waits for it. Where it is not kept, who asks first waits.
  if (kept) app.addHook('onListen', () => void font.file().catch(() => {}))
  app.get(`/assets/${font.name}`, { schema: { hide: true } }, async (request, reply) =>
    sendFile(request, reply, asItIs('font/woff2', await font.file()), { cacheControl: immutable }),
  )
  await app.register(fastifyStatic, {
    root: join(fontFolder, 'woff2-dynamic-subset'),
    prefix: `/assets/pretendard-${fontVersion}/`,
    allowedPath: path => /^\/[\w.]+\.woff2$/.test(path),
    decorateReply: false,
    cacheControl: false,
    setHeaders: reply => reply.header('cache-control', immutable),
  })
  for (const file of await otherFiles()) serve(app, file, 'no-cache')
}

/** What is no part of a bundle: pictures, and the service worker, whose address says what it is for. */
async function otherFiles(): Promise<PageFile[]> {
  const names = [
    'service-worker.js',
    ...(await readdir(publicFolder)).filter(name => /\.(svg|ico)$/.test(name)),
    ...(await readdir(join(publicFolder, 'icons'))).map(name => `icons/${name}`),
  ]
  return Promise.all(
    names.map(async name =>
      pageFile(`/${name}`, String(types[extname(name)]), await readFile(join(publicFolder, name))),
    ),
  )
}

const types: Record<string, string> = {
  '.ico': 'image/x-icon',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
}

/** Its words are those of the visitor. What it names is relative, and so below any path. */
async function serveManifest(app: FastifyInstance): Promise<void> {
  const { ko, en } = await import(join(publicFolder, 'i18n.js'))
  const files = Object.fromEntries(
    await Promise.all(
      Object.entries({ ko, en }).map(async ([language, words]) => {
        const body = JSON.stringify({
          name: 'Conch',
          short_name: 'Conch',
          description: words['app.description'],
          lang: language,
          start_url: './',
          scope: './',
          display: 'standalone',
          background_color: '#f6f5f1',
          theme_color: '#14595c',
          icons: [
            { src: './icons/icon-192.png', sizes: '192x192', type: 'image/png' },
            { src: './icons/icon-512.png', sizes: '512x512', type: 'image/png' },
            { src: './icons/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          ],
        })
        return [language, await pageFile('', 'application/manifest+json', Buffer.from(body))]
      }),
    ),
  )
  app.get('/manifest.webmanifest', { schema: { hide: true } }, (request, reply) =>
    sendFile(request, reply, files[languageOf(request)], { cacheControl: 'no-cache', vary: languageVaries }),
  )
}

function serve(app: FastifyInstance, file: PageFile, cacheControl: string): void {
  app.get(file.path, { schema: { hide: true } }, (request, reply) => sendFile(request, reply, file, { cacheControl }))
}

async function serveSources(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: publicFolder,
    // One route per file instead of `/*`: a catch-all would answer GET for every path and hide a 405.
    wildcard: false,
    globIgnore: ['**/*.d.ts', '**/index.html'],
    index: false,
    decorateReply: false,
    cacheControl: false,
    setHeaders: reply => reply.header('cache-control', 'no-cache'),
  })
  for (const name of vendorNames) serveVendor(app, name)
}

/** A package of many files is bundled when it is asked for, which most pages never do. */
function serveVendor(app: FastifyInstance, name: string): void {
  const type = name.endsWith('.css') ? 'text/css' : 'text/javascript'
  let source: Promise<string> | undefined
  app.get(`/vendor/${name}`, { schema: { hide: true } }, async (request, reply) => {
    source ??= vendorSource(name)
    const body = await source
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    reply.headers({ etag, 'cache-control': `public, max-age=${vendorMaxAgeSeconds}` })
    if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send()
    return reply.type(`${type}; charset=utf-8`).send(body)
  })
}
