import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { negotiate } from '@fastify/accept-negotiator'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { bundlePages, type PageBundle, type PageFile, pageFile, publicFolder } from './bundle.ts'
import { fontFolder, katexFolder, vendorNames, vendorSource } from './vendor.ts'

export interface PagesOptions {
  /** `source`: each file of `public/` as it is, for those who work on the pages; they reload to see a change. */
  pages: 'bundled' | 'source'
}

/**
 * The web pages, for users at `/` and for operators at `/operations/`, bundled when the server starts (see `bundlePages`), and
 * the font under `/vendor/`. A machine that cannot bundle them serves their sources.
 *
 * Documents are revalidated on every load (`no-cache` with an ETag), so that a deploy is seen at once; scripts and style sheets
 * have names that change with them, and are kept for ever. The font changes only with an `npm ci` and may be an hour old.
 */
export async function pages(app: FastifyInstance, { pages }: PagesOptions): Promise<void> {
  const bundle = pages === 'bundled' ? await bundlePages().catch(warn) : undefined
  await (bundle ? serveBundle(app, bundle) : serveSources(app))
  app.get('/operations', { schema: { hide: true } }, (_request, reply) => reply.redirect('/operations/'))
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

async function serveBundle(app: FastifyInstance, { documents, assets }: PageBundle): Promise<void> {
  for (const file of documents) serve(app, file, 'no-cache')
  for (const file of assets) serve(app, file, 'public, max-age=31536000, immutable')
  for (const file of await otherFiles()) serve(app, file, 'no-cache')
}

/** What is no part of a bundle: pictures, and the service worker, whose address says what it is for. */
async function otherFiles(): Promise<PageFile[]> {
  const types: Record<string, string> = { '.svg': 'image/svg+xml', '.js': 'text/javascript' }
  const names = (await readdir(publicFolder)).filter(name => name === 'service-worker.js' || extname(name) === '.svg')
  return Promise.all(
    names.map(async name =>
      pageFile(`/${name}`, String(types[extname(name)]), await readFile(join(publicFolder, name))),
    ),
  )
}

function serve(app: FastifyInstance, { path, type, etag, bodies }: PageFile, cacheControl: string): void {
  const encodings = Array.from(bodies.keys())
  app.get(path, { schema: { hide: true } }, (request, reply) => {
    reply.headers({ etag, 'cache-control': cacheControl, vary: 'accept-encoding' })
    if (knows(request.headers['if-none-match'], etag)) return reply.code(304).send()
    const encoding = negotiate(request.headers['accept-encoding'] ?? 'identity', encodings) ?? 'identity'
    if (encoding !== 'identity') reply.header('content-encoding', encoding)
    return reply.type(type).send(bodies.get(encoding))
  })
}

/** Whether the browser has it: RFC 9110, 13.1.2; compared weakly, since a proxy that compresses makes a tag weak. */
function knows(ifNoneMatch: string | undefined, etag: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, '')
  return (ifNoneMatch ?? '').split(',').some(tag => tag.trim() === '*' || bare(tag) === bare(etag))
}

async function serveSources(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: publicFolder,
    // One route per file instead of `/*`: a catch-all would answer GET for every path and hide a 405.
    wildcard: false,
    globIgnore: ['**/*.d.ts'],
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
    if (knows(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.type(`${type}; charset=utf-8`).send(body)
  })
}
