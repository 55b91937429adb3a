import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/**
 * The web pages, for users at `/` and for operators at `/operations/`: our own files in `public/`, and under `/vendor/`
 * the few files of npm packages they use.
 *
 * Browsers revalidate our own files on every load (`no-cache` with an ETag), so that a deploy is seen at once. Vendored
 * files change only with an `npm ci` and may be an hour old.
 */
export async function pages(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: fileURLToPath(new URL('../../public/', import.meta.url)),
    // One route per file instead of `/*`: a catch-all would answer GET for every path and hide a 405.
    wildcard: false,
    globIgnore: ['**/*.d.ts'],
    decorateReply: false,
    cacheControl: false,
    setHeaders: reply => reply.header('cache-control', 'no-cache'),
  })
  app.get('/operations', { schema: { hide: true } }, (_request, reply) => reply.redirect('/operations/'))
  await app.register(fastifyStatic, {
    root: fileURLToPath(new URL('dist/web/variable/', import.meta.resolve('pretendard/package.json'))),
    prefix: '/vendor/pretendard/',
    allowedPath: path => fontFile.test(path),
    decorateReply: false,
    maxAge: vendorMaxAgeSeconds * 1000,
  })
  for (const [name, specifier] of Object.entries(modules)) await serveModule(app, name, specifier)
  // uPlot has its minified build only as a script, which sets a variable: 51 kB instead of 145.
  const uPlot = await sourceOf('uplot/dist/uPlot.iife.min.js')
  await serveText(app, 'uplot.js', 'text/javascript', `${languageOfPage}\n${uPlot}\nexport default uPlot\n`)
  await serveText(app, 'uplot.css', 'text/css', await sourceOf('uplot/dist/uPlot.min.css'))
}

/**
 * uPlot makes a number format for `navigator.language` when it is loaded. Where that is not a language tag (`en-US@posix` in
 * a browser under LANG=C) uPlot throws, and the page fails. So uPlot gets the language of the page, by the only name it reads.
 */
const languageOfPage = "const navigator = { language: document.documentElement.lang || 'en' }"

const vendorMaxAgeSeconds = 3600

/** The variable font cut into ranges of characters, of which a browser fetches those on the page (about 30 kB each). */
const fontFile = /^\/(pretendardvariable-dynamic-subset\.css|woff2-dynamic-subset\/[\w.]+\.woff2)$/

const modules = {
  'preact.js': 'preact',
  'preact-hooks.js': 'preact/hooks',
  'htm.js': 'htm',
}

async function serveModule(app: FastifyInstance, name: string, specifier: string): Promise<void> {
  await serveText(app, name, 'text/javascript', withUrls(specifier, await sourceOf(specifier)))
}

function sourceOf(specifier: string): Promise<string> {
  return readFile(new URL(import.meta.resolve(specifier)), 'utf8')
}

async function serveText(app: FastifyInstance, name: string, type: string, body: string): Promise<void> {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  app.get(`/vendor/${name}`, { schema: { hide: true } }, (request, reply) => {
    reply.headers({ etag, 'cache-control': `public, max-age=${vendorMaxAgeSeconds}` })
    // A proxy that compresses turns the ETag into a weak one.
    if (request.headers['if-none-match']?.replace(/^W\//, '') === etag) return reply.code(304).send()
    return reply.type(`${type}; charset=utf-8`).send(body)
  })
}

/**
 * Browsers resolve a bare specifier only through an import map, which counts as an inline script, and our content
 * security policy refuses that. Only the hooks have a bare specifier (`preact`); it becomes a URL, so both share one preact.
 */
function withUrls(specifier: string, source: string): string {
  const body = source
    .replaceAll(/\bfrom\s*(['"])preact\1/g, 'from"./preact.js"')
    .replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n')
  const bare = /\bfrom\s*(['"])(?!\.{0,2}\/)(.*?)\1/.exec(body)
  if (bare) throw new Error(`${specifier} imports "${bare[2]}", which a browser cannot resolve`)
  return body
}
