import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launchBrowser } from '../test/support/browser.ts'
import { startServer } from '../test/support/server-process.ts'
import { measureMarkdown } from './pages-markdown.ts'
import { withContext } from './support/context.ts'
import { quantile, report } from './support/measure.ts'

const rounds = Number(process.env.ROUNDS ?? 3)

/** Another checkout, whose pages are loaded in turns with those of this one. */
const checkouts = [...(process.env.CHECKOUT ? [process.env.CHECKOUT] : []), undefined]

/** The start page, and the record form's own address. */
const addresses = ['/', '/#records']

/** As on 4G: what a teacher's phone has between two buildings. */
const network = { offline: false, latency: 150, downloadThroughput: 9e6 / 8, uploadThroughput: 9e6 / 8 }

/** Nothing has been asked for as long as this: the page has all it wants. */
const idleMs = 2_000

const words = '교통량 자료로 신호 시간을 조정하는 모형을 만들어 발표함.'

interface Visit {
  paintMs: number
  usableMs: number
  requests: number
  kilobytes: number
  shift: number
}

/**
 * Loads the pages in Chromium over a slow network, with gzip alone, on a first visit and on a second one. Of each visit there are two:
 * one is left alone until it is idle, for what it asks for, when something is painted, and how much moves; in the other, someone
 * acts as soon as there is something to act on: chooses records where there is a choice, types, and sends. The page is usable when
 * it sends what was typed to the server. A page that it loads again, or that sends something else, fails the bench.
 *
 * Each row is the median of three, in turns. Requests are those that reach the server, 304s and streams included.
 *
 * Then what `pages-markdown.ts` measures: a page that shows an answer.
 */
await withContext(async t => {
  const browser = await launchBrowser(t)
  const servers = new Map<string | undefined, Served>()
  for (const checkout of checkouts) servers.set(checkout, await started(t, checkout))
  const rows: Record<string, unknown>[] = []
  for (const address of addresses) {
    const found = new Map(checkouts.map(checkout => [checkout, { first: [] as Visit[], second: [] as Visit[] }]))
    // The first round warms up, and does not count.
    for (let round = 0; round <= rounds; round++)
      for (const [checkout, server] of servers) {
        const { first, second } = await visits(browser, server, address)
        if (round === 0) continue
        found.get(checkout)?.first.push(first)
        found.get(checkout)?.second.push(second)
      }
    for (const visit of ['first', 'second'] as const)
      for (const [checkout, measured] of found) rows.push(rowOf(checkout, address, visit, measured[visit]))
  }
  await report('pages', rows)
  await report('pages-markdown', await measureMarkdown(t))
})

function rowOf(checkout: string | undefined, address: string, visit: string, visits: readonly Visit[]) {
  const median = (figure: keyof Visit) =>
    quantile(
      visits.map(one => one[figure]),
      0.5,
    )
  return {
    pages: checkout ?? 'Conch',
    address,
    visit,
    'painted (ms)': Math.round(median('paintMs')),
    'usable (ms)': Math.round(median('usableMs')),
    'requests that reach the server': median('requests'),
    'KB, gzip': Math.round(median('kilobytes')),
    'layout shift': Number(median('shift').toFixed(3)),
  }
}

/** A server, as a browser reaches it that takes gzip alone, and how many requests it got. */
interface Served {
  url: string
  requests(): number
}

async function started(t: Parameters<typeof launchBrowser>[0], checkout: string | undefined): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'conch-bench-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const env = { PAGES: 'bundled', DATA_DIR: folder, LOG_LEVEL: 'info', DRAIN_SECONDS: '0' }
  const server = await startServer(env, checkout ? { file: resolve(checkout, 'src/server.ts') } : {})
  t.teardown(() => server.kill('SIGTERM'))
  let requests = 0
  const counting = createServer((request, response) => {
    requests += 1
    const { method, headers, url } = request
    const onward = forward(server.url + url, { method, headers: { ...headers, 'accept-encoding': 'gzip' } }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    response.on('close', () => onward.destroy())
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  await once(counting.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => counting.closeAllConnections())
  t.teardown(() => counting.close())
  return { url: `http://127.0.0.1:${(counting.address() as AddressInfo).port}`, requests: () => requests }
}

async function visits(browser: Browser, server: Served, address: string): Promise<{ first: Visit; second: Visit }> {
  const [alone, acting, returning] = [await visitor(browser), await visitor(browser), await visitor(browser)]
  try {
    const first = await leftAlone(alone, server, address)
    const second = await leftAlone(alone, server, address)
    const firstUsable = await actedOn(acting, server, address)
    await leftAlone(returning, server, address)
    const secondUsable = await actedOn(returning, server, address)
    return { first: { ...first, usableMs: firstUsable }, second: { ...second, usableMs: secondUsable } }
  } finally {
    for (const context of [alone, acting, returning]) await context.close()
  }
}

function visitor(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ locale: 'ko-KR', viewport: { width: 1280, height: 900 } })
}

/** A page that knows the slow network only. */
async function slowPage(context: BrowserContext): Promise<{ page: Page; bytes: () => number }> {
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  let bytes = 0
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', network)
  return { page, bytes: () => bytes }
}

async function leftAlone(context: BrowserContext, server: Served, address: string): Promise<Omit<Visit, 'usableMs'>> {
  const { page, bytes } = await slowPage(context)
  await page.addInitScript(() => {
    const seen = Object.assign(window, { shift: 0 })
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) seen.shift += (entry as PerformanceEntry & { value: number }).value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  const before = server.requests()
  await page.goto(server.url + address)
  for (let last = -1, since = performance.now(); performance.now() - since < idleMs; await delay(50))
    if (last !== server.requests()) [last, since] = [server.requests(), performance.now()]
  const [paintMs, shift] = await page.evaluate(() => [
    performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    (window as unknown as { shift: number }).shift,
  ])
  const visit = {
    paintMs: Number(paintMs),
    shift: Number(shift),
    requests: server.requests() - before,
    kilobytes: bytes() / 1000,
  }
  await page.close()
  return visit
}

/** @returns ms from the navigation until what was typed is sent */
async function actedOn(context: BrowserContext, server: Served, address: string): Promise<number> {
  const { page } = await slowPage(context)
  const sent = Promise.withResolvers<{ atMs: number; body: string }>()
  await page.exposeFunction('conchSent', (atMs: number, body: string) => sent.resolve({ atMs, body }))
  await page.addInitScript(act, words)
  let documents = 0
  page.on('request', request => {
    if (request.isNavigationRequest()) documents += 1
  })
  await page.goto(server.url + address)
  const { atMs, body } = await Promise.race([
    sent.promise,
    delay(30_000).then(() => Promise.reject(new Error(`${server.url + address} has sent nothing`))),
  ])
  if (JSON.parse(body).observations !== words) throw new Error(`the page sent ${body}`)
  if (documents !== 1) throw new Error(`the page was loaded ${documents} times`)
  await page.close()
  return atMs
}

/** Runs in the page, from before its first byte: acts as soon as there is something to act on. */
function act(words: string): void {
  const { fetch } = window
  const page = window as unknown as { conchSent(atMs: number, body: unknown): void }
  window.fetch = (input, init) => {
    if (init?.method === 'POST' && String(input).endsWith('/api/records')) page.conchSent(performance.now(), init.body)
    return fetch(input, init)
  }
  const timer = setInterval(() => {
    const seen = <T extends Element>(selector: string) =>
      Array.from(document.querySelectorAll<T & HTMLElement>(selector)).find(element => element.checkVisibility())
    const choice = seen('.start-choice')
    if (choice) return choice.click()
    const field = seen<HTMLTextAreaElement>('#observations')
    const button = seen('form button[type=submit]')
    if (!field || !button) return
    clearInterval(timer)
    field.focus()
    field.value = words
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
    // No one sends in the same moment, and a page may draw between the two.
    setTimeout(() => seen('form button[type=submit]')?.click(), 50)
  }, 10)
}
