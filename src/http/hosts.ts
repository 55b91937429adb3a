import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import ipaddr from 'ipaddr.js'
import { hostName } from '../base/host-name.ts'
import { Problem } from '../base/problem.ts'

export interface HostsOptions {
  /** The name or address that the server listens on. */
  listening: string
  /** Other names of the server, as `hostName` writes them; `*.example.org` for all names below that one. */
  allowed: readonly string[]
}

/** Machines request these, by any name they have for this server. The answers say nothing about users' data. */
const forAnyHost = new Set(['/healthz', '/readyz', '/metrics'])

/** Hosts that were accepted and are not parsed again; a client cannot add more than this. */
const maxSeen = 1_000

/**
 * Refuses requests for other hosts (421). For a browser, a page of another site whose name was made to lead here (DNS
 * rebinding) would be of the same origin as ours, and could read and change everything.
 *
 * Served are the names of loopback, the address that the server listens on, any address at all where that is a wildcard,
 * since no name leads to it, and the names in ALLOWED_HOSTS. With TRUST_PROXY the host is that of `X-Forwarded-Host`, if there
 * is one. A request without a host (HTTP/1.0) is refused; the host in an absolute request target counts too (RFC 9112, 3.2.2).
 */
export const hosts = fastifyPlugin<HostsOptions>(
  async (app, { listening, allowed }) => {
    const names = new Set(allowed)
    const addresses = new Set<string>()
    const seen = new Set<string>()
    let anyAddress = false
    let said = false

    function listensOn(host: string): void {
      if (isIP(host) === 0) names.add(hostName(host) ?? host)
      else if (ipaddr.process(host).range() === 'unspecified') anyAddress = true
      else addresses.add(ipaddr.process(host).toString())
    }

    function isOurs(name: string): boolean {
      if (names.has(name)) return true
      if (isIP(name) > 0) {
        const address = ipaddr.process(name)
        return anyAddress || address.range() === 'loopback' || addresses.has(address.toString())
      }
      if (/(^|\.)localhost$/.test(name)) return true
      for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1))
        if (names.has(`*${name.slice(dot)}`)) return true
      return false
    }

    function check(request: FastifyRequest, authority: string): void {
      if (seen.has(authority)) return
      const name = hostName(authority)
      if (name === undefined && authority !== '') throw notAHost()
      if (name === undefined || !isOurs(name)) {
        if (!said) request.log.warn({ host: name }, 'a request for a host that is not in ALLOWED_HOSTS was refused')
        said = true
        throw misdirected()
      }
      if (seen.size === maxSeen) seen.clear()
      seen.add(authority)
    }

    listensOn(listening)
    app.addHook('onListen', async () => {
      for (const bound of app.addresses()) if (typeof bound !== 'string') listensOn(bound.address)
    })
    app.addHook('onRequest', (request, _reply, next) => {
      if (!forAnyHost.has(request.routeOptions.url ?? '')) {
        const target = authorityOf(request.raw.url ?? '')
        if (target !== undefined) check(request, target)
        if (target === undefined || request.host !== '') check(request, request.host)
      }
      next()
    })
  },
  { name: 'hosts' },
)

/** The authority of a request target in absolute form. */
function authorityOf(target: string): string | undefined {
  return target.startsWith('/') ? undefined : /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1]
}

function misdirected(): Problem {
  return new Problem({
    status: 421,
    code: 'misdirected-request',
    title: 'Misdirected Request',
    detail: 'This server does not answer to the host name of the request. Its operator can allow it in ALLOWED_HOSTS.',
  })
}

function notAHost(): Problem {
  return new Problem({
    status: 400,
    code: 'bad-request',
    title: 'Bad Request',
    detail: 'The Host of the request is not a name or an address.',
  })
}
