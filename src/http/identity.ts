import cookie from '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { v7 as newUuid, validate, version } from 'uuid'
import { Problem } from '../problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose request this is: a UUIDv7. Throws outside of `/api/` and the page, where nobody is asked who they are. */
    readonly ownerId: string
  }
}

export interface IdentityOptions {
  /** Signs the cookie; 32 characters or more. */
  cookieSecret: string
  /** Origins, besides the server's own, whose pages may change something. */
  corsOrigins: readonly string[]
}

const cookieName = 'conch_owner'

/** The longest time that browsers keep a cookie (RFC 6265bis, 5.5). */
const maxAgeSeconds = 400 * 24 * 3600

/**
 * Knows the owner of each request to `/api/` and to the page, from a signed cookie. A missing, forged or malformed
 * one is no error: it makes a new owner. The page renews the cookie, so that who comes back within 400 days stays the same.
 *
 * Browsers send the cookie along with what other sites start, too. `SameSite=Lax` does not cover other ports and
 * subdomains of this site, so a request that may change something is refused (403 `forbidden-origin`) if its `Origin` is
 * neither the server's own nor in `corsOrigins`. One without `Origin` does not come from a page, and passes.
 */
export const identity = fastifyPlugin<IdentityOptions>(
  async (app, { cookieSecret, corsOrigins }) => {
    await app.register(cookie, { secret: cookieSecret })
    const owners = new WeakMap<FastifyRequest, string>()

    app.decorateRequest('ownerId', {
      getter(this: FastifyRequest) {
        const owner = owners.get(this)
        if (owner === undefined) throw new Error('nobody is asked who they are at this address')
        return owner
      },
    })

    app.addHook('onRequest', async (request, reply) => {
      if (!safeMethods.has(request.method) && !mayChange(request, corsOrigins)) throw forbiddenOrigin()
      const isPage = pagePaths.has(request.url.split('?')[0] ?? '')
      // By the route, not the path: `/%61pi/` is the same route.
      if (!isPage && !request.routeOptions.url?.startsWith('/api/')) return
      const known = ownerOf(request)
      const owner = known ?? newUuid()
      owners.set(request, owner)
      if (known && !isPage) return
      reply.setCookie(cookieName, owner, {
        signed: true,
        httpOnly: true,
        sameSite: 'lax',
        secure: request.protocol === 'https',
        path: '/',
        maxAge: maxAgeSeconds,
      })
    })
  },
  { name: 'identity' },
)

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])
const pagePaths = new Set(['/', '/index.html'])

function ownerOf(request: FastifyRequest): string | undefined {
  const { valid, value } = request.unsignCookie(request.cookies[cookieName] ?? '')
  return valid && validate(value) && version(value) === 7 ? value : undefined
}

function mayChange(request: FastifyRequest, corsOrigins: readonly string[]): boolean {
  const { origin } = request.headers
  if (origin === undefined || corsOrigins.includes(origin)) return true
  // What the browser itself compared; a proxy may have replaced the Host that it sent.
  if (request.headers['sec-fetch-site'] === 'same-origin') return true
  const url = URL.parse(origin)
  // With the origin's scheme: it decides which port goes without saying. A proxy may speak http to us.
  return url !== null && url.host === URL.parse(`${url.protocol}//${request.host}`)?.host
}

function forbiddenOrigin(): Problem {
  return new Problem({
    status: 403,
    code: 'forbidden-origin',
    title: 'Forbidden origin',
    detail: 'Pages of this site may not change anything here. Its operator can allow them in CORS_ORIGINS.',
  })
}
