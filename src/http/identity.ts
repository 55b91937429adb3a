import cookie from '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { v7 as newUuid, validate, version } from 'uuid'
import { Problem } from '../base/problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The owner of this request: a UUIDv7. Throws outside of `/api/` and the page, where requests have no owner. */
    readonly ownerId: string
  }
}

export interface IdentityOptions {
  /** Signs the cookie; 32 characters or more. */
  cookieSecret: string
  /** Origins, besides the server's own, whose pages may change something. */
  corsOrigins: readonly string[]
  /** Whether the server trusts the X-Forwarded-* headers of a proxy; default: false. */
  trustProxy?: boolean
  /** Below which browsers reach the server; default: ''. */
  basePath?: string
}

/**
 * The second name is for https: browsers take that cookie from this host alone, over https, so that no other subdomain and no
 * one on the network can replace it with an owner of theirs.
 */
const cookieNames = { http: 'conch_owner', https: '__Host-conch_owner' } as const

/**
 * Below a base path. `__Host-` is for the path `/` alone: all that is on the host would get the cookie, and of two Conchs on it each
 * would replace the owners of the other.
 */
const cookieNamesBelow = { http: 'conch_owner', https: '__Secure-conch_owner' } as const

/** The longest time that browsers keep a cookie (RFC 6265bis, 5.5). */
const maxAgeSeconds = 400 * 24 * 3600

/**
 * Finds the owner of each request to `/api/` and to the page, from a signed cookie. A missing, forged or malformed
 * cookie is no error: it makes a new owner. The page renews the cookie, so that a user who returns within 400 days stays the same.
 *
 * Over https an owner who has only the cookie of plain http, or of a Conch that had the host for itself, gets the right one. The old cookie stays as it is, for instances of
 * a version that knows no other.
 *
 * Browsers send the cookie with requests of other sites, too. `SameSite=Lax` does not cover other ports and
 * subdomains of this site, so a request that may change something is refused (403 `forbidden-origin`) if it comes from a page
 * that is neither of the server's own origin nor of one in `corsOrigins`. A request that comes from no page passes.
 */
export const identity = fastifyPlugin<IdentityOptions>(
  async (app, { cookieSecret, corsOrigins, trustProxy, basePath = '' }) => {
    const names = basePath === '' ? cookieNames : cookieNamesBelow
    await app.register(cookie, { secret: cookieSecret })
    const owners = new WeakMap<FastifyRequest, string>()
    let watchForTls = !trustProxy

    app.decorateRequest('ownerId', {
      getter(this: FastifyRequest) {
        const owner = owners.get(this)
        if (owner === undefined) throw new Error('requests to this address have no owner')
        return owner
      },
    })

    app.addHook('onRequest', async (request, reply) => {
      if (watchForTls && /\bhttps\b/i.test(String(request.headers['x-forwarded-proto']))) {
        watchForTls = false
        request.log.warn(unbelievedTls)
      }
      if (!safeMethods.has(request.method) && !mayChange(request, corsOrigins)) throw forbiddenOrigin()
      const isPage = pagePaths.has(request.url.split('?')[0] ?? '')
      // By the route, not the path: `/%61pi/` is the same route.
      if (!isPage && !request.routeOptions.url?.startsWith('/api/')) return
      const ofHttps = ownerIn(request, names.https)
      const known = ofHttps ?? ownerIn(request, names.http) ?? ownerIn(request, cookieNames.https)
      const owner = known ?? newUuid()
      owners.set(request, owner)
      // A browser sends the https cookie only over https, whatever a proxy says about the request.
      const secure = request.protocol === 'https' || ofHttps !== undefined
      if ((secure ? ofHttps : known) && !isPage) return
      reply.setCookie(secure ? names.https : names.http, owner, {
        signed: true,
        httpOnly: true,
        sameSite: 'lax',
        secure,
        path: `${basePath}/`,
        maxAge: maxAgeSeconds,
      })
    })
  },
  { name: 'identity' },
)

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])
const pagePaths = new Set(['/', '/index.html'])

const unbelievedTls =
  'requests come by TLS, as X-Forwarded-Proto says, but TRUST_PROXY is off: cookies are sent without Secure, pages in older ' +
  "browsers may change nothing, and addresses in this log are the proxy's. Turn it on if the proxy overwrites X-Forwarded-*"

function ownerIn(request: FastifyRequest, cookieName: string): string | undefined {
  const { valid, value } = request.unsignCookie(request.cookies[cookieName] ?? '')
  return valid && validate(value) && version(value) === 7 ? value : undefined
}

/**
 * The browser's own word counts first (`Sec-Fetch-Site`): the browser compared what a proxy may have replaced since. Older
 * browsers, and all over plain http to another machine, send none; then the origin must equal the request's, scheme and port
 * included.
 */
function mayChange(request: FastifyRequest, corsOrigins: readonly string[]): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && corsOrigins.includes(origin)) return true
  if (site === 'same-origin') return true
  if (site === 'same-site' || site === 'cross-site') return false
  return origin === undefined || origin === URL.parse(`${request.protocol}://${request.host}`)?.origin
}

function forbiddenOrigin(): Problem {
  return new Problem({
    status: 403,
    code: 'forbidden-origin',
    title: 'Forbidden origin',
    detail: 'Pages of this site may not change anything here. Its operator can allow them in CORS_ORIGINS.',
  })
}
